import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Res } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import {
  changeLead,
  closeLead,
  fillLead,
  openLead,
  proposeCandidate,
  withdrawLead,
} from '@reprise/recruiting-domain';
import { ApiProblem, type HttpReply } from '@reprise/http';
import {
  idPipe,
  IfMatch,
  namesSomething,
  operationsOf,
  Source,
  type CommandSource,
  type ExpectedVersion,
} from '@reprise/write-api';
import { LeadResource } from './lead-resource.ts';
import { LeadResponse } from './lead-response.ts';
import {
  ChangeLeadRequest,
  CloseLeadRequest,
  LeadCandidateRequest,
  OpenLeadRequest,
} from './lead.requests.ts';

const lead = operationsOf({
  type: 'lead',
  permissions: 'leads',
  answer: LeadResponse,
  ended: { reason: 'lead-withdrawn', says: 'The lead was withdrawn' },
});

/** Commands on leads. Reading is for the editor of a lead; searching is another service's. */
@ApiTags('leads')
@Controller('v1/leads')
export class LeadController {
  readonly #leads: LeadResource;

  constructor(leads: LeadResource) {
    this.#leads = leads;
  }

  @Post()
  @lead.creates('Open a lead')
  open(
    @Body() body: OpenLeadRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<LeadResponse> {
    return this.#leads.create(
      'open',
      (state, { id, ...data }, context) => openLead(state, { ...data, leadId: id }, context),
      body,
      source,
      reply,
    );
  }

  @Get(':id')
  @lead.reads('Read the current state of a lead')
  read(@Param('id', idPipe) id: string, @Res({ passthrough: true }) reply: HttpReply): Promise<LeadResponse> {
    return this.#leads.read(id, reply);
  }

  @Patch(':id/details')
  @lead.changes('Change any of title, company, location and headcount')
  @ApiExtraModels(ChangeLeadRequest)
  @ApiBody({ schema: { allOf: [{ $ref: getSchemaPath(ChangeLeadRequest) }], minProperties: 1 } })
  @ApiProblem(409, 'The lead is closed, or has placed more candidates', 'lead-closed', 'headcount-too-small')
  changeDetails(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: ChangeLeadRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<LeadResponse> {
    namesSomething(body);
    return this.#leads.change('change-details', changeLead, id, expected, body, source, reply);
  }

  @Post(':id/proposals')
  @HttpCode(200)
  @lead.changes('Propose a candidate')
  @ApiProblem(
    409,
    'The lead is closed or filled, or has too many proposals',
    'lead-closed',
    'lead-filled',
    'too-many-candidates',
  )
  propose(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: LeadCandidateRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<LeadResponse> {
    return this.#leads.change('propose', proposeCandidate, id, expected, body, source, reply);
  }

  @Post(':id/placements')
  @HttpCode(200)
  @lead.changes('Give a position to a proposed candidate')
  @ApiProblem(
    409,
    'The lead is closed or filled, or the candidate was not proposed',
    'lead-closed',
    'lead-filled',
    'candidate-not-proposed',
  )
  fill(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: LeadCandidateRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<LeadResponse> {
    return this.#leads.change('fill', fillLead, id, expected, body, source, reply);
  }

  @Post(':id/close')
  @HttpCode(200)
  @lead.changes('End the search; the lead stays visible')
  @ApiBody({ type: CloseLeadRequest, required: false })
  close(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: CloseLeadRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<LeadResponse> {
    return this.#leads.change('close', closeLead, id, expected, body, source, reply);
  }

  @Delete(':id')
  @lead.changes('Withdraw permanently a lead that should not have been; the answer is its final state')
  @ApiProblem(409, 'The lead has placed candidates', 'lead-has-placements')
  withdraw(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<LeadResponse> {
    return this.#leads.change('withdraw', withdrawLead, id, expected, {}, source, reply);
  }
}

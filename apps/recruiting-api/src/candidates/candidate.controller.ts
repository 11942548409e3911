import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Res } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import {
  advanceCandidate,
  changeProfile,
  eraseCandidate,
  registerCandidate,
  rejectCandidate,
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
import { CandidateResource } from './candidate-resource.ts';
import { CandidateResponse } from './candidate-response.ts';
import {
  AdvanceCandidateRequest,
  ChangeProfileRequest,
  RegisterCandidateRequest,
  RejectCandidateRequest,
} from './candidate.requests.ts';

const candidate = operationsOf({
  type: 'candidate',
  permissions: 'candidates',
  answer: CandidateResponse,
  ended: { reason: 'candidate-erased', says: 'The candidate was erased' },
});

/** Commands on candidates. Reading is for the editor of a candidate; searching is another service's. */
@ApiTags('candidates')
@Controller('v1/candidates')
export class CandidateController {
  readonly #candidates: CandidateResource;

  constructor(candidates: CandidateResource) {
    this.#candidates = candidates;
  }

  @Post()
  @candidate.creates('Register a candidate, who has applied')
  register(
    @Body() body: RegisterCandidateRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<CandidateResponse> {
    return this.#candidates.create(
      'register',
      (state, { id, ...data }, context) => registerCandidate(state, { ...data, candidateId: id }, context),
      body,
      source,
      reply,
    );
  }

  @Get(':id')
  @candidate.reads('Read the current state of a candidate')
  read(
    @Param('id', idPipe) id: string,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<CandidateResponse> {
    return this.#candidates.read(id, reply);
  }

  @Patch(':id/profile')
  @candidate.changes('Change any of name, email, source and skills')
  @ApiExtraModels(ChangeProfileRequest)
  @ApiBody({ schema: { allOf: [{ $ref: getSchemaPath(ChangeProfileRequest) }], minProperties: 1 } })
  changeProfile(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: ChangeProfileRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<CandidateResponse> {
    namesSomething(body);
    return this.#candidates.change('change-profile', changeProfile, id, expected, body, source, reply);
  }

  @Put(':id/stage')
  @candidate.changes('Advance to a later stage, or let a rejected candidate apply again')
  @ApiProblem(
    409,
    'The stage is behind the present one, or the candidate was rejected',
    'stage-not-ahead',
    'candidate-rejected',
  )
  advance(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: AdvanceCandidateRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<CandidateResponse> {
    return this.#candidates.change('advance', advanceCandidate, id, expected, body, source, reply);
  }

  @Post(':id/reject')
  @HttpCode(200)
  @candidate.changes('Take out of the running')
  @ApiBody({ type: RejectCandidateRequest, required: false })
  @ApiProblem(409, 'The candidate was hired', 'candidate-hired')
  reject(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: RejectCandidateRequest,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<CandidateResponse> {
    return this.#candidates.change('reject', rejectCandidate, id, expected, body, source, reply);
  }

  @Delete(':id')
  @candidate.changes('Erase permanently; the answer is the final state, empty of everything personal')
  erase(
    @Param('id', idPipe) id: string,
    @IfMatch() expected: ExpectedVersion,
    @Source() source: CommandSource,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<CandidateResponse> {
    return this.#candidates.change('erase', eraseCandidate, id, expected, {}, source, reply);
  }
}

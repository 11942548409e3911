import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Access } from '@reprise/access';
import { ApiProblem, Permit, ProblemException, type HttpRequest } from '@reprise/http';
import {
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateIf,
} from 'class-validator';
import { z } from 'zod';
import {
  actionForm,
  actionName,
  actionPlan,
  actionRequest,
  actionResult,
  type ActionForm,
  type ActionName,
  type ActionPlan,
  type ActionResult,
} from '../contract/index.ts';
import { projectionName } from '../contract/known.ts';
import { answers, asked } from '../contract/open-api.ts';
import { ListQuery, Uuid } from '../contract/parameters.ts';
import { consoleAccessToken } from '../live/live.controller.ts';
import { authorizationOf } from '../sessions/console-access.ts';
import { permissionOf } from '../sessions/roles.ts';
import { Desk, unknownAction } from './desk.ts';

export class ActionBody {
  @IsIn(actionName.options)
  readonly action!: ActionName;

  @ValidateIf(({ projection }: ActionBody) => projection !== null)
  @Matches(projectionName)
  readonly projection!: string | null;

  @IsObject()
  readonly options!: Record<string, string | boolean>;
}

export class ConfirmedActionBody extends ActionBody {
  @IsOptional()
  @IsString()
  @MaxLength(100)
  readonly confirmation?: string | null;
}

export class DecisionBody {
  @IsBoolean()
  readonly approve!: boolean;

  @IsOptional()
  @IsString()
  @MaxLength(100)
  readonly confirmation?: string | null;
}

export class ActionPath {
  @Uuid()
  readonly id!: string;
}

interface WithActor extends Pick<HttpRequest, 'actor'> {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const confirmation = z.string().max(100).nullable().optional();
const confirmed = actionRequest.extend({ confirmation });

/** The answer to whoever may not do it, or not from where the request came. */
const NotAllowed = () =>
  ApiProblem(
    403,
    'The credential does not allow it, or the request is not from a page of this console',
    'forbidden',
    'foreign-request',
  );

@ApiTags('actions')
@Controller('ops/v1/actions')
export class ActionsController {
  readonly #desk: Desk;
  readonly #access: Access;

  constructor(@Inject(Desk) desk: Desk, @Inject(consoleAccessToken) access: Access) {
    this.#desk = desk;
    this.#access = access;
  }

  @Get('forms')
  @Permit('console:read')
  @ApiOperation({ summary: 'Lists what may be asked for here, with its options' })
  @ApiOkResponse(answers(z.object({ forms: z.array(actionForm) }), 'The forms'))
  forms(): { forms: ActionForm[] } {
    return { forms: this.#desk.forms() };
  }

  @Get()
  @Permit('console:read')
  @ApiOperation({ summary: 'Lists what was asked for here, newest first' })
  @ApiOkResponse(answers(z.object({ actions: z.array(actionResult) }), 'The actions'))
  async list(@Query() { limit = 50 }: ListQuery): Promise<{ actions: ActionResult[] }> {
    return { actions: await this.#desk.actions.list({ limit }) };
  }

  @Get(':id')
  @Permit('console:read')
  @ApiOperation({ summary: 'Shows what became of an action' })
  @ApiOkResponse(answers(actionResult, 'The action'))
  @ApiProblem(404, 'There is no action of that id', 'not-found')
  async show(@Param() { id }: ActionPath): Promise<ActionResult> {
    const found = await this.#desk.actions.find(id);
    if (found) return found;
    throw unknownAction();
  }

  @Post('preview')
  @HttpCode(200)
  @Permit('console:act')
  @ApiOperation({ summary: 'Says what an action would do, and what is at stake; changes nothing' })
  @ApiBody(asked(actionRequest))
  @ApiOkResponse(answers(actionPlan, 'What it would do'))
  @NotAllowed()
  @ApiProblem(404, 'This console does not offer the action', 'not-found')
  @ApiProblem(405, 'This console is read-only', 'read-only')
  async preview(
    @Body() { action, projection, options }: ActionBody,
    @Req() request: WithActor,
  ): Promise<ActionPlan> {
    await this.#assertRole(action, request);
    return this.#desk.preview({ action, projection, options });
  }

  @Post()
  @HttpCode(202)
  @Permit('console:act')
  @ApiOperation({ summary: 'Asks for an action: starts its job, or waits for a second person' })
  @ApiBody(asked(confirmed))
  @ApiAcceptedResponse(answers(actionResult, 'The action, which is followed to its end'))
  @NotAllowed()
  @ApiProblem(404, 'This console does not offer the action', 'not-found')
  @ApiProblem(405, 'This console is read-only', 'read-only')
  @ApiProblem(409, 'It cannot be done now', 'not-legal-now')
  @ApiProblem(422, 'It was not confirmed with the name of the environment', 'not-confirmed')
  async ask(@Body() body: ConfirmedActionBody, @Req() request: WithActor): Promise<ActionResult> {
    await this.#assertRole(body.action, request);
    const { action, projection, options, confirmation } = body;
    return this.#desk.ask({ action, projection, options }, confirmation ?? null, who(request));
  }

  @Post(':id/approval')
  @HttpCode(200)
  @Permit('console:act')
  @ApiOperation({
    summary: 'Approves or rejects what somebody else asked for',
    description: 'An approval is judged by what is so now, as the request was when it was asked for.',
  })
  @ApiBody(asked(z.object({ approve: z.boolean(), confirmation })))
  @ApiOkResponse(answers(actionResult, 'The action'))
  @ApiProblem(403, 'Who asked for it cannot approve it', 'forbidden', 'foreign-request')
  @ApiProblem(404, 'There is no action of that id', 'not-found')
  @ApiProblem(405, 'This console is read-only', 'read-only')
  @ApiProblem(409, 'No approval is pending, or it cannot be done now', 'not-waiting', 'not-legal-now')
  @ApiProblem(422, 'The approval was not confirmed with the name of the environment', 'not-confirmed')
  decide(
    @Param() { id }: ActionPath,
    @Body() { approve, confirmation: given }: DecisionBody,
    @Req() request: WithActor,
  ): Promise<ActionResult> {
    return this.#desk.decide(id, { approve, confirmation: given ?? null }, who(request));
  }

  /** What is not offered is answered before who may do it: it is not there. */
  async #assertRole(action: ActionName, request: WithActor): Promise<void> {
    const role = this.#desk.roleFor(action);
    if (role === undefined) return;
    const needed = permissionOf(role);
    const { outcome } = await this.#access.admit(needed, authorizationOf(request));
    if (outcome === 'admitted') return;
    throw new ProblemException(
      403,
      'forbidden',
      'Forbidden',
      `The credential does not allow ${needed}, which ${action} needs. Nothing was changed. Ask for one that does.`,
    );
  }
}

function who({ actor }: WithActor): string {
  return actor ?? 'anonymous';
}

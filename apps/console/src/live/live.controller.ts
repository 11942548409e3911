import type { ServerResponse } from 'node:http';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Access } from '@reprise/access';
import { ApiProblem, Permit, ProblemException } from '@reprise/http';
import { authorizationOf } from '../sessions/console-access.ts';
import { roleOf } from '../sessions/roles.ts';
import { Clients } from './clients.ts';

export const consoleAccessToken = Symbol('ConsoleAccess');

interface StreamRequest {
  readonly id: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

interface StreamReply {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

@ApiTags('overview')
@Controller('ops/v1/live')
export class LiveController {
  readonly #clients: Clients;
  readonly #access: Access;

  constructor(@Inject(Clients) clients: Clients, @Inject(consoleAccessToken) access: Access) {
    this.#clients = clients;
    this.#access = access;
  }

  @Get()
  @Permit('console:read')
  @ApiOperation({
    summary: 'Follows what happens, as server-sent events; Last-Event-ID resumes',
    description:
      'Each event is the whole of one thing as it is now: `overview`, `card`, `write-side`, `run`, `action`; `alive` is a sign of life, with the role that the client has now.',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description: 'The events, until the client leaves or may not stay',
    schema: { type: 'string' },
  })
  @ApiProblem(503, 'Too many follow already', 'too-many-streams')
  async live(@Req() request: StreamRequest, @Res() reply: StreamReply): Promise<void> {
    if (this.#clients.isFull) throw tooMany();
    const authorization = authorizationOf(request);
    reply.hijack();
    const { raw: response } = reply;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-correlation-id': request.id,
    });
    response.flushHeaders();
    const last = request.headers['last-event-id'];
    await this.#clients.serve({
      response,
      lastEventId: typeof last === 'string' ? last : undefined,
      roleNow: async () => {
        const judged = await roleOf(this.#access, authorization);
        return judged.ok ? judged.role : undefined;
      },
    });
  }
}

function tooMany(): ProblemException {
  return new ProblemException(
    503,
    'too-many-streams',
    'Too many follow already',
    'This console serves no more event streams. Close a page that shows it, or ask for the overview instead.',
    { retryAfterSeconds: 15 },
  );
}

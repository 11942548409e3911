import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Access } from '@reprise/access';
import { ApiProblem, Permit, ProblemException, type HttpReply, type HttpRequest } from '@reprise/http';
import { answers } from '../contract/open-api.ts';
import { TextOf } from '../contract/parameters.ts';
import { session, type Environment, type Session } from '../contract/index.ts';
import { endedCookie, sessionCookie, sessionIdIn } from './cookies.ts';
import { authorizationOf, judgedSession } from './console-access.ts';
import { roleOf } from './roles.ts';
import { Sessions, type LoggedIn } from './sessions.ts';

/** What every session is to know of the console. */
export interface ConsoleFacts {
  readonly environment: Environment;
  /** Decides about keys and tokens; sessions are judged by it too. */
  readonly access: Access;
  readonly open: boolean;
  readonly oidcPath: string | null;
  readonly readOnly: boolean;
  readonly twoPersons: boolean;
  /** Whether browsers reach the console by TLS. */
  readonly secure: boolean;
}

export const consoleFactsToken = Symbol('ConsoleFacts');

type SessionRequest = Pick<HttpRequest, 'countFailedCredential'> & {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
};

export class LogIn {
  /** An API key with one of the permissions of the console. */
  @TextOf(/^[\x21-\x7e]+$/, 200)
  readonly apiKey!: string;
}

@ApiTags('session')
@Controller('ops/v1/session')
export class SessionController {
  readonly #sessions: Sessions;
  readonly #facts: ConsoleFacts;

  constructor(@Inject(Sessions) sessions: Sessions, @Inject(consoleFactsToken) facts: ConsoleFacts) {
    this.#sessions = sessions;
    this.#facts = facts;
  }

  @Get()
  @Permit('public')
  @ApiOperation({ summary: 'Says who uses the console, what they may do, and how to log in' })
  @ApiOkResponse(answers(session, 'The session'))
  async show(@Req() request: SessionRequest, @Res({ passthrough: true }) reply: HttpReply): Promise<Session> {
    reply.header('cache-control', 'no-store');
    return { ...this.#about(), user: await this.#userOf(request) };
  }

  @Post()
  @HttpCode(200)
  @Permit('public')
  @ApiOperation({ summary: 'Begins a session with an API key, kept in a cookie' })
  @ApiOkResponse(answers(session, 'The session'))
  @ApiProblem(401, 'The key is not accepted', 'unauthenticated')
  @ApiProblem(403, 'The key has no permission of the console', 'forbidden', 'foreign-request')
  async logIn(
    @Body() { apiKey }: LogIn,
    @Req() { countFailedCredential }: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<Session> {
    const authorization = `Bearer ${apiKey}`;
    const judged = await roleOf(this.#facts.access, authorization);
    if (!judged.ok) {
      if (judged.reason === 'forbidden') throw noRole();
      await countFailedCredential?.();
      throw notAccepted();
    }
    const { actor } = judged;
    const id = this.#sessions.begin({ actor, name: actor, grant: { authorization } });
    reply.header('set-cookie', sessionCookie(id, this.#facts.secure)).header('cache-control', 'no-store');
    const begun = this.#sessions.find(id)!;
    return { ...this.#about(), user: shown(begun, judged.role) };
  }

  @Delete()
  @HttpCode(204)
  @Permit('public')
  @ApiOperation({ summary: 'Ends the session' })
  @ApiNoContentResponse({ description: 'There is no session any more' })
  @ApiProblem(403, 'The request is not from a page of this console', 'foreign-request')
  logOut(@Req() { headers }: SessionRequest, @Res({ passthrough: true }) reply: HttpReply): void {
    this.#sessions.end(sessionIdIn(headers.cookie));
    reply.header('set-cookie', endedCookie(this.#facts.secure));
  }

  #about(): Omit<Session, 'user'> {
    const { environment, open, oidcPath, readOnly, twoPersons } = this.#facts;
    return {
      ...{ environment, readOnly, twoPersons },
      access: open ? 'none' : 'required',
      login: { apiKey: !open, oidc: oidcPath },
    };
  }

  async #userOf(request: SessionRequest): Promise<Session['user']> {
    const { access, open } = this.#facts;
    if (open) return { actor: 'anonymous', name: 'anonymous', role: 'admin', expiresAt: null, csrfToken: '' };
    const found = this.#sessions.find(sessionIdIn(request.headers['cookie']));
    if (found) {
      const judged = await judgedSession(access, found);
      return judged.ok ? shown(found, judged.role) : null;
    }
    const authorization = authorizationOf(request);
    if (authorization === undefined) return null;
    const judged = await roleOf(access, authorization);
    if (!judged.ok) {
      // Whoever tries credentials out here is counted as anywhere; a cookie whose session ended is none.
      const isTried = request.headers['authorization'] !== undefined && judged.reason === 'unauthenticated';
      if (isTried) await request.countFailedCredential?.();
      return null;
    }
    const { actor, role } = judged;
    return { actor, name: actor, role, expiresAt: null, csrfToken: '' };
  }
}

function shown(
  { actor, name, expiresAt, csrfToken }: LoggedIn,
  role: NonNullable<Session['user']>['role'],
): NonNullable<Session['user']> {
  return { actor, name, role, expiresAt: new Date(expiresAt).toISOString(), csrfToken };
}

function notAccepted(): ProblemException {
  return new ProblemException(
    401,
    'unauthenticated',
    'Unauthenticated',
    'The key is not accepted: it is unknown, expired, revoked, or made for something else. Nothing was changed.',
  );
}

function noRole(): ProblemException {
  return new ProblemException(
    403,
    'forbidden',
    'Forbidden',
    'The key has none of the permissions console:read, console:act and console:write. Nothing was changed. Ask for one that has.',
  );
}

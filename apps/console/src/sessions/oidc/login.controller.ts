import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiFoundResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblem, Permit, ProblemException, type HttpReply, type HttpRequest } from '@reprise/http';
import type { Logger } from '@reprise/runtime';
import { AnyText } from '../../contract/parameters.ts';
import { sessionCookie } from '../cookies.ts';
import { Sessions } from '../sessions.ts';
import { attemptCookie, attemptIdIn, LoginAttempts } from './login-attempts.ts';
import { LoginRefused, type OidcProvider } from './oidc-provider.ts';
import { loginPath } from './oidc-settings.ts';
import { refusalPage } from './refusal-page.ts';

/** What logging in with a provider takes. */
export interface LoginFacts {
  /** Undefined where none is set up. */
  readonly provider: OidcProvider | undefined;
  readonly basePath: string;
  /** Whether browsers reach the console by TLS. */
  readonly secure: boolean;
  readonly logger: Logger;
}

export const loginFactsToken = Symbol('LoginFacts');

interface BrowserRequest extends Pick<HttpRequest, 'url' | 'countFailedCredential' | 'countAnonymous'> {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export class LoginQuery {
  /** Where to come back to, below the pages. */
  @AnyText(2_000, { optional: true })
  readonly to?: string;
}

/** Logging in with a provider: two addresses that a browser goes to. */
@ApiTags('session')
@Controller(loginPath.slice(1))
export class LoginController {
  readonly #sessions: Sessions;
  readonly #facts: LoginFacts;
  readonly #attempts = new LoginAttempts();

  constructor(@Inject(Sessions) sessions: Sessions, @Inject(loginFactsToken) facts: LoginFacts) {
    this.#sessions = sessions;
    this.#facts = facts;
  }

  @Get()
  @Permit('public')
  @ApiOperation({ summary: 'Sends a browser to the provider, to log in there' })
  @ApiFoundResponse({ description: 'The address of the provider' })
  @ApiProblem(404, 'No provider is set up', 'not-found')
  @ApiProblem(503, 'The provider does not answer', 'provider-away')
  begin(
    @Query() { to = '' }: LoginQuery,
    @Req() request: BrowserRequest,
    @Res() reply: HttpReply,
  ): Promise<void> {
    return this.#answer(request, reply, async (provider) => {
      await request.countAnonymous?.();
      const { address, attempt } = await provider.begin(this.#pageAt(to));
      const id = this.#attempts.begin(attempt);
      reply.header('set-cookie', attemptCookie(id, loginPath, this.#facts.secure));
      return address.href;
    });
  }

  @Get('callback')
  @Permit('public')
  @ApiOperation({ summary: 'Begins a session by the answer that a browser brings from the provider' })
  @ApiFoundResponse({ description: 'The page that the login began on' })
  @ApiProblem(401, 'The provider refused, or its answer is not accepted', 'unauthenticated')
  @ApiProblem(403, 'The provider gives no role of the console', 'forbidden')
  @ApiProblem(404, 'No provider is set up', 'not-found')
  @ApiProblem(503, 'The provider does not answer', 'provider-away')
  finish(@Req() request: BrowserRequest, @Res() reply: HttpReply): Promise<void> {
    return this.#answer(
      request,
      reply,
      async (provider) => {
        const attempt = this.#attempts.take(attemptIdIn(request.headers['cookie']));
        if (!attempt)
          throw notLoggedIn('This browser began no login here, or did so more than ten minutes ago');
        const { actor, name, role } = await provider.finish(
          new URL(request.url, 'http://any').search,
          attempt,
        );
        if (role === undefined) throw noRole(actor);
        const id = this.#sessions.begin({ actor, name, grant: { role } });
        this.#facts.logger.info({ actor, role }, 'logged in with the provider');
        reply.header('set-cookie', sessionCookie(id, this.#facts.secure));
        return attempt.to;
      },
      request.countFailedCredential,
    );
  }

  /** @param countRefusal called for each answer that is not accepted: it is a credential that is not, and may be one too many */
  async #answer(
    { headers }: BrowserRequest,
    reply: HttpReply,
    act: (provider: OidcProvider) => Promise<string>,
    countRefusal?: HttpRequest['countFailedCredential'],
  ): Promise<void> {
    reply.header('cache-control', 'no-store');
    try {
      if (!this.#facts.provider) throw noProvider();
      const address = await act(this.#facts.provider);
      reply.status(302).header('location', address).send('');
    } catch (error) {
      const problem = await this.#counted(this.#problemOf(error), countRefusal);
      if (!String(headers['accept'] ?? '').includes('text/html')) throw problem;
      const { retryAfterSeconds } = problem.extra;
      if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
      reply
        .status(problem.getStatus())
        .header('content-type', 'text/html; charset=utf-8')
        .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
        .send(refusalPage(problem, `${this.#facts.basePath}/`));
    }
  }

  async #counted(
    problem: ProblemException,
    count: HttpRequest['countFailedCredential'],
  ): Promise<ProblemException> {
    if (problem.getStatus() !== 401) return problem;
    try {
      await count?.();
      return problem;
    } catch (error) {
      return this.#problemOf(error);
    }
  }

  #problemOf(error: unknown): ProblemException {
    if (error instanceof ProblemException) return error;
    if (!(error instanceof LoginRefused)) throw error;
    const { reason, message } = error;
    this.#facts.logger.warn({ reason, err: error }, 'a login with the provider came to nothing');
    if (reason === 'provider-away') return providerAway();
    return notLoggedIn(
      reason === 'refused-there'
        ? `The provider refused (${message})`
        : 'The answer of the provider is not accepted',
    );
  }

  /** A page of this console, whatever was asked for: an address of somewhere else would lead people away. */
  #pageAt(to: string): string {
    const root = `${this.#facts.basePath}/`;
    const base = new URL(root, 'http://this.invalid');
    const url = URL.canParse(to, base.href) ? new URL(to, base) : base;
    return url.origin === base.origin && url.pathname.startsWith(root) ? url.pathname + url.search : root;
  }
}

function noProvider(): ProblemException {
  return new ProblemException(
    404,
    'not-found',
    'Not Found',
    'No provider is set up for logging in (CONSOLE_OIDC_ISSUER). Log in with an API key.',
  );
}

function providerAway(): ProblemException {
  return new ProblemException(
    503,
    'provider-away',
    'The provider does not answer',
    'The provider that people log in with does not answer. Nobody was logged in. Try again, or log in with an API key.',
  );
}

function notLoggedIn(why: string): ProblemException {
  return new ProblemException(
    401,
    'unauthenticated',
    'You are not logged in',
    `${why}. Nobody was logged in. Begin again from the console.`,
  );
}

function noRole(actor: string): ProblemException {
  return new ProblemException(
    403,
    'forbidden',
    'You have no role here',
    `The provider knows you (${actor}), but gives you no role of this console (CONSOLE_OIDC_ROLE_CLAIM). Nobody was logged in. Ask for one.`,
  );
}

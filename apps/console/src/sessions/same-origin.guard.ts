import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ProblemException } from '@reprise/http';
import { sessionIdIn } from './cookies.ts';
import { isSameToken, Sessions } from './sessions.ts';

interface ChangingRequest {
  readonly method: string;
  readonly routeOptions: { readonly url?: string };
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export const csrfHeader = 'x-csrf-token';
export const readOnlyToken = Symbol('ReadOnly');

/** What logs in and out changes nothing that the console shows. */
const sessionPath = '/ops/v1/session';

/**
 * Keeps what changes something from being asked for by a page of somebody else's, which a browser would send the cookie along with: the
 * token of the session has to be sent too, which such a page cannot read. Refuses every change where the console is read-only.
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  readonly #sessions: Sessions;
  readonly #readOnly: boolean;

  constructor(@Inject(Sessions) sessions: Sessions, @Inject(readOnlyToken) readOnly: boolean) {
    this.#sessions = sessions;
    this.#readOnly = readOnly;
  }

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const { method, headers, routeOptions } = http.getRequest<ChangingRequest>();
    if (method === 'GET' || method === 'HEAD') return true;
    const isSession = routeOptions.url === sessionPath;
    if (this.#readOnly && !isSession) {
      http.getResponse<{ header(name: string, value: string): unknown }>().header('allow', 'GET, HEAD');
      throw readOnly();
    }
    if (headers.authorization !== undefined) return true;
    const { origin, host, cookie } = headers;
    if (typeof origin === 'string' && URL.canParse(origin) && new URL(origin).host !== host)
      throw foreign('The request comes from a page of another origin.');
    const session = this.#sessions.find(sessionIdIn(cookie));
    if (!session) return true;
    const token = headers[csrfHeader];
    if (typeof token === 'string' && isSameToken(token, session.csrfToken)) return true;
    throw foreign(`The request lacks the token of its session (${csrfHeader}), or has another one.`);
  }
}

function foreign(sentence: string): ProblemException {
  return new ProblemException(
    403,
    'foreign-request',
    'The request is not from a page of this console',
    `${sentence} Nothing was changed. Load the page again.`,
  );
}

function readOnly(): ProblemException {
  return new ProblemException(
    405,
    'read-only',
    'This console is read-only',
    'Nothing can be changed from here (CONSOLE_READ_ONLY). Nothing was changed. Use the command line, or another console.',
  );
}

import type { FastifyInstance, FastifyReply } from 'fastify';
import { declaredBy, noCredential, type Access, type Admission, type Declared } from '@reprise/access';
import type { Logger } from '@reprise/runtime';
import { callerAddress } from '../limits/caller-address.ts';
import type { RequestCounts, RequestPolicy } from '../limits/request-counts.ts';
import { isDependencyFault } from '../problems/dependency-fault.ts';
import { ProblemException } from '../problems/problem-exception.ts';
import type { Exchanges } from './exchanges.ts';

/** One route of an application, and what it declares. */
export interface DeclaredRoute {
  readonly method: string;
  readonly path: string;
  readonly permission: Declared;
}

/** Finds the credential of a request. */
export type AuthorizationOf = (request: {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}) => string | undefined;

const fromHeader: AuthorizationOf = ({ headers }) => headers['authorization'] as string | undefined;

/** Routes that declare nothing: a mistake of whoever wrote them, found when the application starts. */
export class UndeclaredRoutesError extends Error {
  override readonly name = 'UndeclaredRoutesError';
  readonly code = 'UNDECLARED_ROUTES';
  readonly retryable = false;
}

/** Paths that probes ask: they are answered however often, since what does not answer is restarted. */
const probes: ReadonlySet<string | undefined> = new Set(['/health/live', '/health/ready']);

export interface AdmissionOptions {
  readonly access: Access;
  readonly authorizationOf?: AuthorizationOf | undefined;
  readonly counts: RequestCounts;
  readonly exchanges: Exchanges;
  readonly logger: Logger;
}

/**
 * Lets requests pass as `access` decides and `counts` allows, before their body is read. A route that declares nothing lets nobody
 * pass. A path without a route is answered as such: there is nothing to protect. Who is known is counted as such, so that a good
 * credential is never refused for what others at its address did.
 *
 * @returns to be called once all routes are there; it lists them, and throws UndeclaredRoutesError when one declares nothing
 */
export function admitRequests(
  fastify: FastifyInstance,
  { access, authorizationOf = fromHeader, counts, exchanges, logger }: AdmissionOptions,
): () => readonly DeclaredRoute[] {
  const routes: { method: string; path: string; permission: Declared | undefined }[] = [];
  fastify.addHook('onRoute', ({ method, url: path, config }) => {
    const permission = declaredBy(config);
    routes.push(...[method].flat().map((one) => ({ method: one, path, permission })));
  });
  fastify.decorateRequest('actor', undefined);
  fastify.decorateRequest('countFailedCredential', undefined);
  fastify.decorateRequest('countAnonymous', undefined);
  fastify.addHook('onRequest', async (request, reply) => {
    const count = (policy: RequestPolicy, actor?: string): Promise<void> =>
      countRequest(counts, policy, actor ?? callerAddress(request.ip, request.socket.remoteAddress), reply);
    const permission = request.is404 ? 'public' : declaredBy(request.routeOptions.config);
    if (permission === undefined) throw forbidden('This path declares no permission, so nobody may use it.');
    Object.assign(request, {
      countFailedCredential: () => count('failed-credentials'),
      countAnonymous: () => count('anonymous'),
    });
    if (permission === 'public') return probes.has(request.routeOptions.url) ? undefined : count('address');
    reply.header('cache-control', 'no-store');
    const admission = await judged(access, permission, authorizationOf(request), logger).catch(
      async (error: unknown) => {
        // Nobody knows whose it is.
        await count('address');
        throw error;
      },
    );
    const exchange = exchanges.of(request.raw);
    if (admission.outcome === 'unauthenticated') {
      if (exchange) exchange.refusal = admission.reason;
      await count(admission.reason === noCredential ? 'address' : 'failed-credentials');
      reply.header('www-authenticate', challengeOf(admission.reason));
      throw unauthenticated(admission.reason);
    }
    (request as { actor?: string | undefined }).actor = admission.actor;
    if (exchange) exchange.actor = admission.actor;
    const anonymous = admission.outcome === 'admitted' && admission.anonymous === true;
    await count(anonymous ? 'anonymous' : 'credential', admission.actor);
    if (admission.outcome === 'forbidden') {
      reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${permission}"`);
      throw forbidden(
        `The credential does not allow ${permission}, which this request needs. Ask for one that does.`,
      );
    }
  });
  return () => {
    const listed = routes.splice(0);
    const undeclared = listed.filter(({ permission }) => permission === undefined);
    if (undeclared.length === 0) return listed as DeclaredRoute[];
    const names = undeclared.map(({ method, path }) => `${method} ${path}`).join(', ');
    throw new UndeclaredRoutesError(
      `These routes declare neither a permission nor that they are public: ${names}. Nothing was started. Give each @Permit(…).`,
    );
  };
}

/** Counts a request, and says on its answer how many more are answered. @throws ProblemException 429 when it is one too many */
async function countRequest(
  counts: RequestCounts,
  policy: RequestPolicy,
  caller: string,
  reply: FastifyReply,
): Promise<void> {
  const { exceeded, resetSeconds, headers } = await counts.count(policy, caller);
  reply.headers(headers);
  if (!exceeded) return;
  throw new ProblemException(
    429,
    'too-many-requests',
    'Too Many Requests',
    `More requests came within a minute than are answered. Try again in ${resetSeconds} seconds. Nothing was changed.`,
    { retryAfterSeconds: resetSeconds },
  );
}

async function judged(
  access: Access,
  permission: Declared,
  authorization: string | undefined,
  logger: Logger,
): Promise<Admission> {
  try {
    return await access.admit(permission, authorization);
  } catch (error) {
    if (isDependencyFault(error)) throw error;
    logger.error({ err: error }, 'no credential can be judged');
    throw new ProblemException(
      503,
      'dependency-unavailable',
      'Credentials cannot be judged',
      'This server cannot find out now whether the credential is good. Try again in 5 seconds. Nothing was changed.',
      { retryAfterSeconds: 5 },
    );
  }
}

/** RFC 6750, section 3: without a credential no error is named. */
function challengeOf(reason: string): string {
  return reason === noCredential ? 'Bearer' : 'Bearer error="invalid_token"';
}

/** Which of the reasons it was is for the log: it would help whoever tries credentials out. */
function unauthenticated(reason: string): ProblemException {
  const detail =
    reason === noCredential
      ? 'This request needs a credential: an API key or a token, as "Authorization: Bearer …". Nothing was changed.'
      : 'The credential is not accepted: it is unknown, expired, revoked, or made for something else. Nothing was changed.';
  return new ProblemException(401, 'unauthenticated', 'Unauthenticated', detail);
}

function forbidden(sentence: string): ProblemException {
  return new ProblemException(403, 'forbidden', 'Forbidden', `${sentence} Nothing was changed.`);
}

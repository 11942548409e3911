import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** The part of Fastify's request that signals when nobody waits for its answer any more. */
interface CancellableRequest {
  readonly signal: AbortSignal;
}

/** A handler's parameter: the signal that aborts when the caller closes the connection, so that no search runs for nobody. */
export const CallerSignal = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<CancellableRequest>().signal,
);

import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { HttpRequest } from '../http-messages.ts';

export const correlationIdHeader = 'x-correlation-id';

/** The caller's correlation id if it is short and plain enough for logs and events, else a new UUID. */
export function correlationIdFrom(headers: IncomingHttpHeaders): string {
  const given = headers[correlationIdHeader];
  return typeof given === 'string' && /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/.test(given) ? given : randomUUID();
}

/** The correlation id of the request, as an argument of a controller's method. */
export const CorrelationId = createParamDecorator(
  (_: unknown, context: ExecutionContext): string => context.switchToHttp().getRequest<HttpRequest>().id,
);

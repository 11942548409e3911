export { CorrelationId, correlationIdHeader } from './correlation-id.ts';
export { isDependencyFault } from './dependency-fault.ts';
export {
  createHttpApplication,
  type HttpApplication,
  type HttpApplicationOptions,
} from './http-application.ts';
export type { HttpReply, HttpRequest } from './http-messages.ts';
export { NestLogger } from './nest-logger.ts';
export { OperationsModule, type OperationsOptions, type ReadinessChecks } from './operations-module.ts';
export type { OpenApiOptions } from './open-api.ts';
export type { ProblemDetails } from './problem-details.ts';
export { ProblemDetailsFilter } from './problem-details-filter.ts';
export { ProblemException, problemType, type FieldError, type ProblemExtra } from './problem-exception.ts';
export { validationPipe, validationProblem } from './validation-pipe.ts';

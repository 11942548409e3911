export { CorrelationId, correlationIdHeader } from './requests/correlation-id.ts';
export { isDependencyFault } from './problems/dependency-fault.ts';
export {
  createHttpApplication,
  type HttpApplication,
  type HttpApplicationOptions,
} from './http-application.ts';
export type { HttpReply, HttpRequest } from './http-messages.ts';
export { NestLogger } from './nest-logger.ts';
export { OperationsModule, type OperationsOptions } from './operations/operations-module.ts';
export { Readiness, type CheckResults, type ReadinessChecks } from './operations/readiness.ts';
export type { OpenApiOptions } from './open-api/open-api.ts';
export { ApiProblem } from './open-api/problem-responses.ts';
export type { ProblemDetails } from './problems/problem-details.ts';
export { ProblemDetailsFilter } from './problems/problem-details-filter.ts';
export {
  ProblemException,
  problemType,
  type FieldError,
  type ProblemExtra,
} from './problems/problem-exception.ts';
export { RequestPipe, validationProblem } from './requests/validation-pipe.ts';
export { defaultHttpLimits, type HttpLimits } from './server/http-limits.ts';

export { CorrelationId, correlationIdHeader } from './requests/correlation-id.ts';
export { isDependencyFault } from './problems/dependency-fault.ts';
export {
  createHttpApplication,
  type HttpApplication,
  type HttpApplicationOptions,
} from './http-application.ts';
export type { HttpReply, HttpRequest } from './http-messages.ts';
export { NestLogger } from './nest-logger.ts';
export {
  OperationsModule,
  type OperationsAsyncOptions,
  type OperationsOptions,
} from './operations/operations-module.ts';
export type { OpenApiOptions } from './open-api/open-api.ts';
export { ApiProblem } from './open-api/problem-responses.ts';
export { problemType, type ProblemDetails } from '@reprise/runtime/operations';
export { ProblemDetailsFilter } from './problems/problem-details-filter.ts';
export { ProblemException, type FieldError, type ProblemExtra } from './problems/problem-exception.ts';
export { RequestPipe, validationProblem } from './requests/validation-pipe.ts';
export { UndeclaredRoutesError, type AuthorizationOf, type DeclaredRoute } from './server/admission.ts';
export { Permit } from './server/permit.ts';
export { defaultHttpLimits, httpLimitSettings, type HttpLimits } from './limits/http-limits.ts';

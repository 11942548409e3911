export {
  checksAnswer,
  isReady,
  metricsContentType,
  notReady,
  retryAfterSeconds,
  type ChecksAnswer,
} from './health-answers.ts';
export {
  excerpt,
  problemDetails,
  problemMediaType,
  problemType,
  type ProblemDetails,
  type StatedProblem,
} from './problem-details.ts';
export { Readiness, type CheckResults, type ReadinessChecks } from './readiness.ts';
export { serveOperations, type OperationsServer, type ServedOperations } from './serve-operations.ts';

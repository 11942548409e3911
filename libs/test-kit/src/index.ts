export { afterFile } from './after-file.ts';
export { testEndpoints, type TestEndpoints } from './servers/endpoints.ts';
export { eventually, patienceMs, type EventuallyOptions } from './eventually.ts';
export {
  eventStoreSql,
  freshDatabase,
  type DatabaseKind,
  type FreshDatabase,
} from './servers/fresh-database.ts';
export { lastingPort } from './port-of-file.ts';
export { freshName } from './fresh-name.ts';
export { dropIndices, elasticsearch } from './servers/indices.ts';
export { itIsClosed, type ClosedApplication } from './access/closed-routes.ts';
export { testIssuer, type TestIssuer } from './access/test-issuer.ts';
export {
  metricsOf,
  testAccess,
  testAccessEnv,
  testCredential,
  testKeyEnv,
  weakCredential,
} from './access/test-access.ts';
export {
  freshTopic,
  groupsOf,
  kafkaAdmin,
  produceRaw,
  type FreshTopic,
  type RawRecord,
  type TopicOptions,
} from './servers/kafka.ts';
export { documentedMetrics, exposedMetrics, metricProblems } from './metrics.ts';
export { producePacked } from './servers/packed-records.ts';
export { itSetsItsSessions, makeOdd, oddSettings, type SettingsLevel } from './servers/odd-settings.ts';
export { documentedFieldLimits, fieldLimits, keepsFieldLimits } from './open-api/field-limits.ts';
export { ApiConformance, keyOf, type ConformanceOptions, type SentRequest } from './open-api/conformance.ts';
export { otlpReceiver, type OtlpReceiver, type ReceivedSpan } from './otlp-receiver.ts';
export { lintOpenApi, type LintException } from './open-api/lint.ts';
export type { OutputLine } from './output-capture.ts';
export { describeWith, hasProgram } from './program-suite.ts';
export { inTerminal, terminalShows, type TerminalOptions, type TerminalRun } from './pseudo-terminal.ts';
export { securedServers, type SecuredServers } from './servers/secured-servers.ts';
export { linesOf, Shell, type Ran } from './shell.ts';
export { spawnApp, type Exit, type SpawnedApp, type SpawnOptions } from './spawn-app.ts';

export { afterFile } from './after-file.ts';
export { testEndpoints, type TestEndpoints } from './endpoints.ts';
export { eventually, type EventuallyOptions } from './eventually.ts';
export { freshDatabase, type DatabaseKind, type FreshDatabase } from './fresh-database.ts';
export { freshName } from './fresh-name.ts';
export { dropIndices, elasticsearch } from './indices.ts';
export {
  freshTopic,
  kafkaAdmin,
  produceRaw,
  type FreshTopic,
  type RawRecord,
  type TopicOptions,
} from './kafka.ts';
export { documentedMetrics, exposedMetrics } from './metrics.ts';
export { producePacked } from './packed-records.ts';
export { itSetsItsSessions, makeOdd, oddSettings, type SettingsLevel } from './odd-settings.ts';
export { ApiConformance, keyOf, type ConformanceOptions } from './open-api/conformance.ts';
export type { OutputLine } from './output-capture.ts';
export { describeWith, hasProgram } from './program-suite.ts';
export { inTerminal, terminalShows, type TerminalOptions, type TerminalRun } from './pseudo-terminal.ts';
export { securedServers, type SecuredServers } from './secured-servers.ts';
export { spawnApp, type Exit, type SpawnedApp, type SpawnOptions } from './spawn-app.ts';

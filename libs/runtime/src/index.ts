export { isLoopback } from './configuration/clear-text.ts';
export { ConfigurationError } from './configuration/configuration-error.ts';
export {
  defaultLiveLimits,
  drainSeconds,
  endpointSettings,
  readConfiguration,
  readSettings,
  type Configuration,
  type DatabaseSetting,
  type EndpointName,
} from './configuration/configuration.ts';
export type { ElasticsearchConfiguration } from './configuration/elasticsearch-settings.ts';
export type { KafkaConfiguration } from './configuration/kafka-settings.ts';
export { createLogger, silentLogger, type Logger, type LoggerOptions } from './logging/logger.ts';
export { dropNegativeTimeoutWarnings, kafkaLogCreator } from './process/kafkajs-process.ts';
export { createMetrics } from './metrics.ts';
export { printable, printableJson, printableLines } from './logging/printable.ts';
export { isError } from './logging/is-error.ts';
export { redact } from './logging/redaction.ts';
export { outlive, outliveReaders } from './logging/output.ts';
export { sessionHook, sessionSettings, setSession, type OwnSettings } from './postgres-session.ts';
export { repeatedOptions } from './repeated-options.ts';
export { runEach, type Part } from './process/run-each.ts';
export { runService, untilAborted, type ServiceContext } from './process/run-service.ts';
export { Settings } from './configuration/settings.ts';
export { shutdownSignal, type ShutdownSignal, type ShutdownSignalName } from './process/shutdown-signal.ts';
export { tableHolders } from './table-holders.ts';
export { thisProcess, type ProcessIdentity } from './process/this-process.ts';
export { typedPath } from './configuration/typed-path.ts';
export { whenAvailable, type WaitingOptions } from './process/when-available.ts';

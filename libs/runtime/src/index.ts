export { ConfigurationError } from './configuration-error.ts';
export {
  readConfiguration,
  type Configuration,
  type DatabaseSetting,
  type EndpointName,
} from './configuration.ts';
export type { ElasticsearchConfiguration } from './elasticsearch-settings.ts';
export type { KafkaConfiguration } from './kafka-settings.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { dropNegativeTimeoutWarnings, kafkaLogCreator } from './kafkajs-process.ts';
export { createMetrics } from './metrics.ts';
export { printable, printableJson, printableLines } from './printable.ts';
export { redact } from './redaction.ts';
export { outlive, outliveReaders } from './output.ts';
export { sessionHook, sessionSettings, setSession, type OwnSettings } from './postgres-session.ts';
export { repeatedOptions } from './repeated-options.ts';
export { runService, untilAborted, type ServiceContext } from './run-service.ts';
export { Settings } from './settings.ts';
export { shutdownSignal, type ShutdownSignal, type ShutdownSignalName } from './shutdown-signal.ts';
export { typedPath } from './typed-path.ts';
export { whenAvailable, type WaitingOptions } from './when-available.ts';

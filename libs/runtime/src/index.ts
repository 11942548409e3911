export { ConfigurationError } from './configuration-error.ts';
export { readConfiguration, type Configuration, type EndpointName } from './configuration.ts';
export type { ElasticsearchConfiguration } from './elasticsearch-settings.ts';
export type { KafkaConfiguration } from './kafka-settings.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { createMetrics } from './metrics.ts';
export { redact } from './redaction.ts';
export { runService, untilAborted, type ServiceContext } from './run-service.ts';
export { shutdownSignal, type ShutdownSignal, type ShutdownSignalName } from './shutdown-signal.ts';

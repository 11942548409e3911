import { diag, DiagLogLevel } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { sparingly } from './sparingly.ts';
import { configuredSampler, SamplerAtTheDoor } from './sampler.ts';
import type { TraceSettings } from './settings.ts';

export interface Exporting {
  /** Sends what is left. It resolves when that is done or has failed; nobody has to wait for it. */
  end(): Promise<void>;
}

/**
 * Registers the SDK. Spans wait in a bounded queue and are sent from time to time; one that finds it full is dropped, and a receiver that
 * fails or hangs is reported through `warn`, once a minute at most.
 *
 * @param service its name where neither `OTEL_SERVICE_NAME` nor `OTEL_RESOURCE_ATTRIBUTES` gives one
 */
export function startExporting(
  settings: TraceSettings & { readonly export: 'on' },
  env: NodeJS.ProcessEnv,
  service: string,
  warn: (sentence: string) => void,
): Exporting {
  // The Elasticsearch client also makes spans, one for every request and by older conventions; a rebuild would make thousands.
  env['OTEL_ELASTICSEARCH_ENABLED'] ??= 'false';
  const report = sparingly(60_000, () => performance.now(), warn);
  const said = (message: string): void => report(`traces are not all exported: ${message}`);
  const silent = (): void => undefined;
  diag.setLogger(
    { error: said, warn: said, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': service }))
    .merge(detectResources({ detectors: [envDetector] }));
  const provider = new NodeTracerProvider({
    resource,
    sampler: new SamplerAtTheDoor(configuredSampler(env)),
    spanProcessors: [new BatchSpanProcessor(exporterOf(settings))],
  });
  // The door reads what comes in, and nothing passes trace context on automatically.
  provider.register({ propagator: null });
  return { end: () => provider.shutdown().catch((error: unknown) => said(String(error))) };
}

function exporterOf({ protocol }: TraceSettings & { readonly export: 'on' }): SpanExporter {
  return protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
}

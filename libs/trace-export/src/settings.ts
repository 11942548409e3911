/** What the environment asks for, by the names that OpenTelemetry gave them; everything else of `OTEL_*` the SDK reads itself. */
export type TraceSettings =
  | { readonly export: 'off' }
  /** Something is asked for that cannot be done: no traces, and a sentence for the log. */
  | { readonly export: 'refused'; readonly reason: string }
  | { readonly export: 'on'; readonly protocol: 'http/protobuf' | 'http/json' };

const endpoints = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];

/**
 * Traces are off unless `OTEL_TRACES_EXPORTER` or an OTLP endpoint is set, and off with `OTEL_SDK_DISABLED=true` or the exporter `none`.
 * A platform sets these variables for all its processes alike, so one that does not fit is a warning and never a reason not to start.
 */
export function readTraceSettings(env: NodeJS.ProcessEnv): TraceSettings {
  const value = (name: string): string | undefined => env[name]?.trim() || undefined;
  if (value('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return { export: 'off' };
  const named = value('OTEL_TRACES_EXPORTER')?.toLowerCase();
  if (named === 'none' || (named === undefined && !endpoints.some(value))) return { export: 'off' };
  if (named !== undefined && named !== 'otlp') return refused('OTEL_TRACES_EXPORTER', named, 'otlp or none');
  const variable = value('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL')
    ? 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'
    : 'OTEL_EXPORTER_OTLP_PROTOCOL';
  const protocol = value(variable)?.toLowerCase() ?? 'http/protobuf';
  if (protocol !== 'http/protobuf' && protocol !== 'http/json')
    return refused(variable, protocol, 'http/protobuf or http/json');
  const endpoint = endpoints.map(value).find((url) => url !== undefined && !URL.canParse(url));
  if (endpoint !== undefined)
    return { export: 'refused', reason: 'the OTLP endpoint is no URL (for example http://collector:4318)' };
  return { export: 'on', protocol };
}

/** The value is cut: it is from outside, and stands in a log line. */
function refused(variable: string, value: string, allowed: string): TraceSettings {
  return { export: 'refused', reason: `${variable} must be ${allowed}, not "${value.slice(0, 40)}"` };
}

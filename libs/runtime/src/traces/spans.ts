import {
  context,
  createContextKey,
  isSpanContextValid,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type SpanContext,
  type SpanOptions,
} from '@opentelemetry/api';
import { attribute, maxLinks, ownAttribute, type SpanDescription } from './conventions.ts';

const scope = '@reprise';

/**
 * Whether an OpenTelemetry SDK is registered. Where none is, nothing of a span is made or looked up: a caller asks this, or
 * {@link isRecording}, before it does any work for one.
 */
export function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(scope) !== undefined;
}

/** Whether what runs now belongs to a span that is going to be exported. */
export function isRecording(): boolean {
  return trace.getActiveSpan()?.isRecording() === true;
}

/** Starts a span that its caller ends; `parent` undefined begins a trace. It is not active: see {@link within}. */
export function startSpan(
  { name, kind, attributes }: SpanDescription,
  parent: Context | undefined,
  options: Pick<SpanOptions, 'links' | 'startTime'> = {},
): Span {
  return trace.getTracer(scope).startSpan(name, { kind, attributes, ...options }, parent ?? ROOT_CONTEXT);
}

/** The context whose active span is this one. */
export function contextOf(span: Span, base: Context = ROOT_CONTEXT): Context {
  return trace.setSpan(base, span);
}

/** Runs `work` with a span active, so that spans and log lines made in it belong to it. */
export function within<T>(span: Span, work: () => T): T {
  return context.with(contextOf(span, context.active()), work);
}

/**
 * Runs `work` with a span active and ends the span when the work is done. Work that throws leaves an error on the span.
 */
export async function untilDone<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await within(span, work);
  } catch (error) {
    failed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Does one piece of work in a span of the one that is active. Where none is recorded there is no span, and no cost but the question. */
export async function inSpan<T>(describe: () => SpanDescription, work: () => Promise<T>): Promise<T> {
  return isRecording() ? untilDone(startSpan(describe(), context.active()), work) : work();
}

/**
 * Does the work of a batch in a span that is linked to the contexts its messages were created in: the first {@link maxLinks}, and a count
 * of the others. Where all of its messages belong to one trace the span is part of that trace; else it begins its own.
 *
 * @param creations the `traceparent` of each message, parsed; undefined for one that has none
 */
export function startBatchSpan(
  description: SpanDescription,
  creations: readonly (SpanContext | undefined)[],
): Span {
  const known = creations.filter((creation) => creation !== undefined);
  const dropped = Math.max(0, known.length - maxLinks);
  const [first] = known;
  const isOneTrace =
    first !== undefined && creations.every((creation) => creation?.traceId === first.traceId);
  const parent = isOneTrace ? trace.setSpanContext(ROOT_CONTEXT, first) : undefined;
  const links = linksTo(known);
  const span = startSpan(description, parent, { links });
  if (dropped > 0) span.setAttribute(ownAttribute.linksDropped, dropped);
  return span;
}

/** Links to the first contexts of many. */
export function linksTo(creations: readonly SpanContext[]): NonNullable<SpanOptions['links']> {
  return creations.slice(0, maxLinks).map((creation) => ({ context: creation }));
}

/** Runs `work` outside of any span, so that nothing it does makes one. */
export function withoutSpan<T>(work: () => T): T {
  return isRecording() ? context.with(trace.deleteSpan(context.active()), work) : work();
}

/**
 * Marks a span as failed.
 * @param error its class is kept, not its text, which may hold what a server said of a document; or a word for it
 */
export function failed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  const word = typeof error === 'string' ? error : typeof error;
  span.setAttribute(attribute.errorType, error instanceof Error ? error.name : word);
}

/** The ids of the active span, as fields of a log line; none where there is no span. */
export function traceIds(): { trace_id?: string; span_id?: string; trace_flags?: string } {
  const spanContext = trace.getActiveSpan()?.spanContext();
  if (spanContext === undefined || !isSpanContextValid(spanContext)) return {};
  const { traceId, spanId, traceFlags } = spanContext;
  return { trace_id: traceId, span_id: spanId, trace_flags: traceFlags === 1 ? '01' : '00' };
}

const fromOutside = createContextKey('reprise.from-outside');

/**
 * A parent that somebody outside has named. Its ids continue; its sampled flag decides nothing (see {@link isFromOutside}).
 */
export function outsideParent(parent: SpanContext): Context {
  return trace.setSpanContext(ROOT_CONTEXT.setValue(fromOutside, true), parent);
}

/** For samplers: whether the parent of a new span was named by somebody outside. */
export function isFromOutside(parent: Context): boolean {
  return parent.getValue(fromOutside) === true;
}

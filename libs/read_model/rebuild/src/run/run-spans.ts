import { context, type Span } from '@opentelemetry/api';
import type { LogSlice } from '@reprise/events';
import {
  contextOf,
  failed,
  isTracing,
  ownAttribute,
  runSpan,
  sliceSpan,
  startSpan,
  stepSpan,
} from '@reprise/runtime/traces';

/** What a run is called in its trace. */
interface TracedRun {
  readonly id: string;
  readonly projection: string;
  readonly mode: string;
  readonly kind: 'rebuild' | 'replay';
}

/** How it ended, as far as its trace shows it. */
interface TracedEnding {
  readonly outcome: string;
  readonly exitCode: number;
}

/**
 * The trace of a run: one span, a child for each step, and in the step that reads the log a child for each slice. None is active while
 * the run works, so no event, document or request makes another. Without an SDK there are none.
 */
export class RunSpans {
  /** For the receipt; null where nothing of the run is exported. */
  readonly traceId: string | null;
  readonly #run: Span | undefined;
  readonly #slices = new Map<number, Span>();
  #step: Span | undefined;

  constructor(run: TracedRun) {
    // A caller's own span, where the rebuild is a part of something larger.
    this.#run = isTracing() ? startSpan(runSpan(run), context.active()) : undefined;
    this.traceId = this.#run?.isRecording() ? this.#run.spanContext().traceId : null;
  }

  /** Begins a step, and ends the one before. */
  step(name: string): void {
    this.#endStep();
    this.#step = this.#run && startSpan(stepSpan(name), contextOf(this.#run));
  }

  /** Begins a slice of this step, unless it has begun. */
  slice(slice: LogSlice): void {
    const parent = this.#step ?? this.#run;
    if (parent && !this.#slices.has(slice.slice))
      this.#slices.set(slice.slice, startSpan(sliceSpan(slice), contextOf(parent)));
  }

  /** Ends a slice whose documents are durable. */
  sliceDone(slice: LogSlice, eventsRead: number): void {
    this.slice(slice);
    const span = this.#slices.get(slice.slice);
    span?.setAttribute(ownAttribute.eventsRead, eventsRead);
    span?.end();
  }

  /** Ends the run with what came of it. */
  end({ outcome, exitCode }: TracedEnding, generation?: string): void {
    if (exitCode !== 0 && this.#step) failed(this.#step, outcome);
    this.#endStep();
    if (exitCode !== 0 && this.#run) failed(this.#run, outcome);
    this.#run?.setAttributes({
      [ownAttribute.outcome]: outcome,
      ...(generation !== undefined && { [ownAttribute.generation]: generation }),
    });
    this.#run?.end();
  }

  /** Slices that wait for others, or that the step left when it failed, end with it. */
  #endStep(): void {
    for (const span of this.#slices.values()) if (span.isRecording()) span.end();
    this.#slices.clear();
    this.#step?.end();
    this.#step = undefined;
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { lastUnpublishedId, measureBacklog } from '@reprise/outbox';
import { messageOf } from '../relay-errors.ts';
import { type Relay } from '../relay/relay.ts';
import { type RecordedRelease } from './recorded-release.ts';

export interface OnceOptions {
  /** How long to wait for another relay that leads, or for Kafka or Postgres to answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Puts parked messages back into the queue first. */
  readonly releaseParked: boolean;
}

export type OnceOutcome = 'drained' | 'left' | 'busy' | 'unreachable' | 'misconfigured' | 'interrupted';

export interface OnceSummary {
  readonly outcome: OnceOutcome;
  /** Events this process published. */
  readonly published: number;
  /** Events the log refuses; null when the outbox could not be asked. */
  readonly parked: number | null;
  /** Events that still wait, including those behind a parked one; null when the outbox could not be asked. */
  readonly remaining: number | null;
  /** What went wrong, in a sentence. */
  readonly problem?: string;
}

const pauseMs = 250;

/**
 * Publishes everything that was in the outbox when it began, and returns; what writers add meanwhile may stay. It stops retrying
 * when nothing has succeeded for `timeoutMs`.
 *
 * @param release puts parked messages back into the queue first, where that is asked for
 * @param published how many events this process has published so far
 */
export async function drainToEnd(
  relay: Relay,
  options: OnceOptions,
  release: RecordedRelease | undefined,
  published: () => number,
  signal: AbortSignal,
): Promise<OnceSummary> {
  let deadline = performance.now() + options.timeoutMs;
  let before = 0;
  let upTo: string | null | undefined;
  let outcome: OnceOutcome | undefined;
  let problem: string | undefined;

  while (outcome === undefined) {
    try {
      await release?.release(relay.outbox);
      upTo ??= await lastUnpublishedId(relay.outbox);
      if (upTo === null || (await relay.drainOnce(upTo, signal))) outcome = 'drained';
      else if ((await measureBacklog(relay.outbox, upTo)).unpublished === 0) outcome = 'drained';
      else if (performance.now() > deadline) outcome = 'busy';
    } catch (error) {
      const failure = await relay.explain(error);
      problem = messageOf(failure);
      if (published() > before) deadline = performance.now() + options.timeoutMs;
      before = published();
      if (!failure.retryable) outcome = 'misconfigured';
      else if (performance.now() > deadline) outcome = 'unreachable';
    }
    if (signal.aborted) outcome = 'interrupted';
    if (outcome === undefined)
      await delay(pauseMs * (1 + Math.random()), undefined, { signal }).catch(() => undefined);
  }

  const left = await measureBacklog(relay.outbox, upTo ?? null).catch(() => undefined);
  if (outcome === 'drained') {
    problem = undefined;
    if (left !== undefined && left.parked + left.unpublished > 0) outcome = 'left';
  }
  return {
    outcome,
    published: published(),
    parked: left?.parked ?? null,
    remaining: left?.unpublished ?? null,
    ...(problem !== undefined && { problem }),
  };
}

/** `interrupted` exits with the shell's number of the signal instead. */
export const exitCodes: Readonly<Record<Exclude<OnceOutcome, 'interrupted'>, number>> = {
  drained: 0,
  misconfigured: 1,
  left: 2,
  busy: 3,
  unreachable: 4,
};

/** The summary as lines for an operator: what was done, what was not, what to do next. */
export function describe(summary: OnceSummary, options: OnceOptions): string {
  const count = (value: number | null): string => (value === null ? 'unknown' : String(value));
  const lines = [
    `published ${summary.published}, parked ${count(summary.parked)}, remaining ${count(summary.remaining)}`,
  ];
  const seconds = options.timeoutMs / 1_000;
  if (summary.problem !== undefined) lines.push(summary.problem);
  if (summary.outcome === 'left') {
    lines.push(
      'The event log refuses parked events, and later events of their aggregates wait behind them; ' +
        'see outbox_events.last_error for the reasons. Remove the cause and run with --release-parked.',
    );
  }
  if (summary.outcome === 'busy') {
    lines.push(
      `Another relay leads and did not publish everything within ${seconds} s. Look at its log, or wait longer with --timeout.`,
    );
  }
  if (summary.outcome === 'unreachable') {
    lines.push(`Nothing succeeded for ${seconds} s. The remaining events stay in the outbox; run it again.`);
  }
  return lines.join('\n');
}

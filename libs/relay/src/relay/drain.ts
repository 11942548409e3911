import {
  claimMessages,
  failpoint,
  markProcessed,
  parkMessage,
  publishInOrder,
  type ClaimLimits,
  type Leadership,
  type OutboxMessage,
  type PublishableMessage,
  type RefusedMessage,
  type RowSource,
  type SendResult,
  type Wake,
} from '@reprise/outbox';
import { unlessAborted } from './abort.ts';
import { inBatchSpan } from './batch-span.ts';
import { type EventLog } from '../event-log/event-log.ts';
import { outboxUnusable } from '../relay-errors.ts';
import { type RelayTelemetry } from '../metrics/telemetry.ts';

export interface Drain {
  readonly outbox: RowSource;
  readonly leadership: Pick<Leadership, 'assertHeld' | 'lost'>;
  readonly log: EventLog;
  readonly telemetry: RelayTelemetry;
  /** Most messages and bytes of one batch. */
  readonly batch: Omit<ClaimLimits, 'messageBytes'>;
  /**
   * Messages the log has acknowledged and the outbox may not know of yet. Owned by the caller, because it outlives this drain:
   * marking them is right whichever relay leads by then.
   */
  readonly acknowledged: Set<string>;
  /** Aborts when a batch on its way to the log is not worth waiting for any more. */
  readonly giveUp: AbortSignal;
  /** Called whenever a batch was acknowledged or nothing was waiting. */
  readonly onWorking: () => void;
}

/** What a drain does when the outbox holds nothing to publish. */
export type WhenEmpty =
  | { readonly then: 'wait'; readonly wake: Wake; readonly pollMs: number }
  /** Ends as soon as no message up to this id can be published any more. */
  | { readonly then: 'end'; readonly upTo: string };

/**
 * Publishes what the outbox holds, batch after batch, until `signal` aborts or, on request, the outbox is empty. While one batch is
 * on its way to the log, the previous one is being marked and the next one read.
 *
 * When it returns, every acknowledged message is marked. When it throws, `acknowledged` holds those that may not be.
 *
 * @throws LeadershipLostError, RelayError
 */
export async function drain(work: Drain, whenEmpty: WhenEmpty, signal: AbortSignal): Promise<void> {
  const { acknowledged, leadership, log, telemetry } = work;
  const interrupted = AbortSignal.any([signal, leadership.lost]);
  let settling = handled(settle(work, []));
  let ahead: Promise<OutboxMessage[]> | undefined;

  const claim = (inFlight: readonly OutboxMessage[]): Promise<OutboxMessage[]> => {
    const ids = [...acknowledged, ...inFlight.map(({ id }) => id)];
    return handled(claimMessages(work.outbox, limitsOf(work), ids).catch(rethrowAsOutboxError));
  };

  while (!signal.aborted) {
    leadership.lost.throwIfAborted();
    const batch = await unlessAborted(leadership.lost, ahead ?? claim([]));
    ahead = undefined;

    if (isDone(batch, whenEmpty)) break;
    if (batch.length === 0) {
      await unlessAborted(leadership.lost, settling);
      work.onWorking();
      if (whenEmpty.then === 'wait') await whenEmpty.wake.wait(whenEmpty.pollMs, interrupted);
      continue;
    }
    if (batch.some(({ payload }) => payload === null) && (await limitWasRaised(log))) continue;

    if (isHalfFull(batch, limitsOf(work))) ahead = claim(batch);
    const publishing = inBatchSpan(batch, () => publishInOrder(batch, (messages) => send(work, messages)));
    const result = await unlessAborted(work.giveUp, publishing);
    failpoint('relay.afterAck');
    for (const { id } of result.published) acknowledged.add(id);
    await unlessAborted(leadership.lost, settling);
    settling = handled(settle(work, result.refused));
    if (result.published.length > 0) telemetry.batch(result.published.length);
    work.onWorking();
    if (result.refused.length > 0) {
      // The batch read ahead may hold messages that have to wait behind a refused one.
      await unlessAborted(leadership.lost, settling);
      ahead = undefined;
    }
  }
  await unlessAborted(leadership.lost, settling);
}

async function send(work: Drain, messages: readonly PublishableMessage[]): Promise<SendResult> {
  await work.leadership.assertHeld();
  failpoint('relay.beforeSend');
  return work.log.send(messages);
}

/** Marks everything acknowledged so far, and parks what was refused. */
async function settle(work: Drain, refused: readonly RefusedMessage[]): Promise<void> {
  const { acknowledged, outbox, telemetry } = work;
  const ids = [...acknowledged];
  try {
    await markProcessed(outbox, ids);
    for (const id of ids) acknowledged.delete(id);
    if (ids.length > 0) failpoint('relay.afterMark');
    for (const { message, reason } of refused) {
      await parkMessage(outbox, message.id, reason);
      telemetry.parked(message, reason);
    }
  } catch (error) {
    rethrowAsOutboxError(error);
  }
}

function isDone(batch: readonly OutboxMessage[], whenEmpty: WhenEmpty): boolean {
  if (whenEmpty.then === 'wait') return false;
  const [first] = batch;
  return first === undefined || BigInt(first.id) > BigInt(whenEmpty.upTo);
}

/** A batch never has more bytes than the topic accepts at once: all its records may have to go to one partition. */
function limitsOf({ batch, log }: Drain): ClaimLimits {
  const messageBytes = log.maxMessageBytes;
  return { messages: batch.messages, bytes: Math.min(batch.bytes, messageBytes), messageBytes };
}

/** More is probably waiting: worth reading ahead while this batch is on its way. */
function isHalfFull(batch: readonly OutboxMessage[], limits: ClaimLimits): boolean {
  if (batch.length * 2 >= limits.messages) return true;
  return batch.reduce((sum, { bytes }) => sum + bytes, 0) * 2 >= limits.bytes;
}

async function limitWasRaised(log: EventLog): Promise<boolean> {
  const before = log.maxMessageBytes;
  await log.refreshLimits();
  return log.maxMessageBytes > before;
}

/** Marks a promise as handled: its rejection is not reported when nobody awaits it any more. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function rethrowAsOutboxError(error: unknown): never {
  throw outboxUnusable(error);
}

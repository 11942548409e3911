import type { Sent } from '../traffic/commands.ts';
import { check } from '../waiting.ts';
import type { Committed } from './event-store.ts';

export interface CommandVerdict {
  readonly acknowledged: number;
  /** Acknowledged commands without an event. */
  readonly lost: number;
  /** Commands with more than one event. */
  readonly doubled: number;
}

/**
 * Compares the answers clients got with what is committed: an acknowledged command has exactly one event, with the product and
 * version of its answer; one in doubt has at most one; nothing else is there.
 */
export function judgeCommands(sent: readonly Sent[], committed: readonly Committed[]): CommandVerdict {
  const events = Map.groupBy(committed, ({ event }) => event.correlationid);
  let [lost, doubled, acknowledged] = [0, 0, 0];
  for (const { correlationId, acknowledgedAt, productId, version } of sent) {
    const found = events.get(correlationId) ?? [];
    events.delete(correlationId);
    if (found.length > 1) doubled += 1;
    if (acknowledgedAt === undefined) continue;
    acknowledged += 1;
    const [event] = found.map((one) => one.event);
    if (event === undefined) {
      lost += 1;
      continue;
    }
    check(
      event.subject === productId && event.aggregateversion === version,
      `I2: the answer named ${productId}@${version}, the event store has ${event.subject}@${event.aggregateversion}`,
    );
  }
  check(events.size === 0, `I2: ${events.size} events come from no command`);
  return { acknowledged, lost, doubled };
}

/** @throws Error when a command was lost or had two effects */
export function checkCommands(sent: readonly Sent[], committed: readonly Committed[]): CommandVerdict {
  const verdict = judgeCommands(sent, committed);
  check(verdict.lost === 0, `I1: ${verdict.lost} acknowledged commands have no event`);
  check(verdict.doubled === 0, `I4: ${verdict.doubled} commands have more than one event`);
  return verdict;
}

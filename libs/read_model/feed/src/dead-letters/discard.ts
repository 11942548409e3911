import type { BlockedEvents } from '../feed/feed-generation.ts';
import { describeTopic } from '../kafka/kafka-topic.ts';
import { letterId } from './letter-headers.ts';
import { judgedLetters, type JudgedLetter } from './judged-letters.ts';
import { projectionsLeavingOut } from './projections-leaving-out.ts';
import { fedModels, type LetterServers } from './letter-servers.ts';
import { redriveLetters, type RedriveRequest } from './redrive.ts';

export interface DiscardRequest extends Pick<RedriveRequest, 'actor' | 'signal' | 'pace'> {
  /** Ids of the letters to discard. */
  readonly ids: ReadonlySet<string>;
  /** The operator's words, for the record. */
  readonly reason: string;
  /** Takes aggregates whose events cannot resume without the discarded one. */
  readonly requestRepair: (blocked: readonly BlockedEvents[]) => Promise<void>;
}

export interface DiscardResult {
  readonly discarded: readonly string[];
  /** Letters that waited behind a discarded one and were applied. */
  readonly released: readonly string[];
  /** Letters that still wait; their aggregates were handed to repair. */
  readonly waiting: readonly string[];
}

/**
 * Discards dead letters: that is recorded, with the projections that leave their records out from now on, and the letters stay in
 * their topic. What waits behind one is applied only if the version rule allows it, that is when its version is there already or
 * the event store has another event of that version; else its aggregate goes to repair.
 */
export async function discardLetters(
  servers: LetterServers,
  request: DiscardRequest,
): Promise<DiscardResult> {
  const { ids, reason, actor, signal } = request;
  const given = (await findLetters(servers, ids, signal)).filter(({ state }) => state !== 'discarded');
  await servers.actions.record(
    servers.events.id,
    given.map((one) => {
      const { letter, decoded, aggregateId = null, version = null } = one;
      const { partition, offset } = letter;
      return {
        ...{ partition, offset, action: 'discard', outcome: 'discarded' },
        ...{ detail: reason, aggregateId, version, ...actor },
        ...{ eventId: decoded.ok ? decoded.event.id : null, leftOutOf: projectionsLeavingOut(one) },
      };
    }),
  );
  const after = new Map<string, number>();
  for (const { aggregateId, version } of given) {
    if (aggregateId === undefined || version === undefined) continue;
    after.set(aggregateId, Math.min(version, after.get(aggregateId) ?? version));
  }
  const isBehind = ({ aggregateId, version, state, decoded }: JudgedLetter) => {
    const gone = aggregateId === undefined ? undefined : after.get(aggregateId);
    return state === 'open' && decoded.ok && gone !== undefined && version !== undefined && version > gone;
  };
  const released: string[] = [];
  const waiting = new Map<string, string[]>();
  if (after.size > 0) {
    const redrive = { ...request, selects: isBehind, releaseBehind: false, dryRun: false };
    for await (const one of redriveLetters(servers, redrive)) {
      if (one.outcome === 'applied') released.push(one.id);
      else if (one.outcome !== 'contained' && one.aggregateId !== null) {
        waiting.set(one.aggregateId, [...(waiting.get(one.aggregateId) ?? []), one.id]);
      }
    }
  }
  const blocked = [...waiting.keys()].flatMap((aggregateId) =>
    servers.models.map(({ projection }) => ({
      ...{ projection: projection.name, projectionVersion: projection.version, aggregateId },
      ...{ version: after.get(aggregateId) ?? 0, reason: `discarded dead letter: ${reason}` },
    })),
  );
  if (blocked.length > 0) await request.requestRepair(blocked);
  return {
    discarded: given.map(({ id }) => id),
    released,
    waiting: [...waiting.values()].flat(),
  };
}

/** The letters with these ids, with their state. An id that is in no dead letter is absent. */
export async function findLetters(
  servers: LetterServers,
  ids: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<JudgedLetter[]> {
  const topic = await describeTopic(servers.kafka, servers.deadLetters);
  const models = await fedModels(servers);
  const found: JudgedLetter[] = [];
  const wanted = (letter: JudgedLetter['letter']) => ids.has(letterId(letter.topic, letter));
  for await (const letters of judgedLetters(servers, topic, models, { wanted, signal })) {
    found.push(...letters);
    if (found.length >= ids.size) break;
  }
  return found;
}

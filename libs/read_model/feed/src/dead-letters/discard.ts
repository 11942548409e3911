import type { BlockedEvents } from '../feed/feed-generation.ts';
import { describeTopic } from '../kafka/kafka-topic.ts';
import { letterId } from './letter-headers.ts';
import { judgedLetters, type JudgedLetter, type LetterScan } from './judged-letters.ts';
import { projectionsLeavingOut } from './projections-leaving-out.ts';
import { fedModels, type LetterServers } from './letter-servers.ts';
import { redriveLetters, type RedriveRequest } from './redrive.ts';

export interface DiscardRequest
  extends
    Pick<RedriveRequest, 'selects' | 'dryRun' | 'actor' | 'signal' | 'pace'>,
    Pick<LetterScan, 'wanted'> {
  /** The operator's words, for the record. */
  readonly reason: string;
  /** Takes aggregates whose events cannot resume without the discarded one, some at a time. */
  readonly requestRepair: (blocked: readonly BlockedEvents[]) => Promise<void>;
}

/** What became of one letter. */
export interface DiscardedOne {
  readonly id: string;
  /** released: it waited behind a discarded one and was applied. waiting: it still waits; its aggregate was handed to repair. */
  readonly outcome: 'discarded' | 'released' | 'waiting';
}

/** Aggregates that are handed to repair at once. */
const repairedAtOnce = 500;

/**
 * Discards dead letters: that is recorded, with the projections that leave their records out from now on, and the letters stay in
 * their topic. What waits behind one is applied only if the version rule allows it, that is when its version is there already or
 * the event store has another event of that version; else its aggregate goes to repair.
 *
 * All are recorded before the first that waits is tried, a page at a time: what is held of them is the id and version of each
 * aggregate. Discarding letters again releases what an earlier run that was cut off has left waiting behind them. A dry run records
 * nothing, and does not look at what waits.
 *
 * @returns what became of each letter, as it happens; those that were discarded before are left out
 * @throws DependencyError while a server is out of reach; what is recorded stays so
 */
export async function* discardLetters(
  servers: LetterServers,
  request: DiscardRequest,
): AsyncGenerator<DiscardedOne> {
  const { selects, wanted, dryRun, signal } = request;
  const topic = await describeTopic(servers.kafka, servers.deadLetters);
  const after = new Map<string, number>();
  const scan = { ...(wanted && { wanted }), signal };
  for await (const letters of judgedLetters(servers, topic, await fedModels(servers), scan)) {
    const given = letters.filter(selects);
    const fresh = given.filter(({ state }) => state !== 'discarded');
    if (!dryRun) await record(servers, request, fresh);
    for (const { id } of fresh) yield { id, outcome: 'discarded' };
    for (const { aggregateId, version } of given) {
      if (aggregateId === undefined || version === undefined) continue;
      after.set(aggregateId, Math.min(version, after.get(aggregateId) ?? version));
    }
  }
  if (!dryRun && after.size > 0) yield* releaseBehind(servers, request, after);
}

async function record(
  servers: LetterServers,
  { reason, actor }: DiscardRequest,
  letters: readonly JudgedLetter[],
): Promise<void> {
  await servers.actions.record(
    servers.events.id,
    letters.map((one) => {
      const { letter, decoded, aggregateId = null, version = null } = one;
      const { partition, offset } = letter;
      return {
        ...{ partition, offset, action: 'discard', outcome: 'discarded' },
        ...{ detail: reason, aggregateId, version, ...actor },
        ...{ eventId: decoded.ok ? decoded.event.id : null, leftOutOf: projectionsLeavingOut(one) },
      };
    }),
  );
}

/** @param after the lowest version that was discarded, by aggregate */
async function* releaseBehind(
  servers: LetterServers,
  { reason, actor, signal, pace, requestRepair }: DiscardRequest,
  after: ReadonlyMap<string, number>,
): AsyncGenerator<DiscardedOne> {
  const selects = ({ aggregateId, version, state, decoded }: JudgedLetter) => {
    const gone = aggregateId === undefined ? undefined : after.get(aggregateId);
    return state === 'open' && decoded.ok && gone !== undefined && version !== undefined && version > gone;
  };
  const waiting = new Set<string>();
  const redrive = { selects, releaseBehind: false, dryRun: false, actor, signal, pace };
  for await (const { id, outcome, aggregateId } of redriveLetters(servers, redrive)) {
    if (outcome === 'applied') yield { id, outcome: 'released' };
    else if (outcome !== 'contained' && aggregateId !== null) {
      waiting.add(aggregateId);
      yield { id, outcome: 'waiting' };
    }
  }
  const blocked = [...waiting].flatMap((aggregateId) =>
    servers.models.map(({ projection }) => ({
      ...{ projection: projection.name, projectionVersion: projection.version, aggregateId },
      ...{ version: after.get(aggregateId) ?? 0, reason: `discarded dead letter: ${reason}` },
    })),
  );
  for (let at = 0; at < blocked.length; at += repairedAtOnce)
    await requestRepair(blocked.slice(at, at + repairedAtOnce));
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

import type { ReadResult } from '@reprise/events';
import type { Generation, LetterKey, RecordedLetterAction } from '@reprise/read-model-indices';
import type { KafkaTopic } from '../kafka/kafka-topic.ts';
import { letterId, type StoredLetter } from './letter-headers.ts';
import { readDeadLetters, type LetterCursor } from './dead-letter-topic.ts';
import type { LetterModel, LetterServers } from './letter-servers.ts';
import { readByBuild } from './read-by-build.ts';
import { readLetter } from './read-letter.ts';

/**
 * open: something is still to be done. resolved: every live generation that is meant contains this version, or a later one. Where
 * versions are positions a later one says nothing: it is resolved if it is the last one, or was redriven, or the build of the generation
 * has read the record as an event.
 * discarded: an operator discarded it.
 */
export type LetterState = 'open' | 'resolved' | 'discarded';

/** A dead letter with what has become of it. */
export interface JudgedLetter {
  readonly id: string;
  readonly letter: StoredLetter;
  readonly decoded: ReadResult;
  readonly aggregateId?: string;
  readonly version?: number;
  readonly state: LetterState;
  /** The version of its aggregate in each live generation of such aggregates; 0 where there is no document. */
  readonly live: readonly {
    readonly projection: string;
    readonly generation: string;
    readonly version: number;
  }[];
  /** What operators did to it, oldest first. */
  readonly actions: readonly RecordedLetterAction[];
}

export interface LetterScan {
  readonly from?: LetterCursor;
  /** Letters that are meant, before anything is looked up about them. */
  readonly wanted?: (letter: StoredLetter) => boolean;
  readonly signal: AbortSignal;
}

const pageSize = 500;
/** Beyond that a letter that was sent twice may be shown twice; it keeps the memory bounded. */
const rememberedIds = 1_000_000;

/**
 * The dead letters of the event log as it is now, each once, in the order they were put aside, with their state. Letters of an
 * earlier topic of that name are left out: their offsets are others.
 */
export async function* judgedLetters(
  servers: LetterServers,
  topic: KafkaTopic,
  models: readonly LetterModel[],
  { from = new Map(), wanted = () => true, signal }: LetterScan,
): AsyncGenerator<JudgedLetter[]> {
  const builds = readByBuilds(servers);
  const seen = new Map<number, Set<bigint>>();
  let remembered = 0;
  const isFirst = ({ partition, offset }: LetterKey) => {
    const known = seen.get(partition) ?? new Set<bigint>();
    seen.set(partition, known);
    if (known.has(offset)) return false;
    if (remembered < rememberedIds) known.add(offset);
    remembered = remembered + 1;
    return true;
  };
  for await (const { letters } of readDeadLetters(servers.kafka, topic, from, signal)) {
    // Asked after that, so that the same letter stands for its record whatever is wanted.
    const own = letters.filter((letter) => isOf(letter, servers.events) && isFirst(letter) && wanted(letter));
    for (let at = 0; at < own.length; at += pageSize)
      yield await judge(servers, models, own.slice(at, at + pageSize), builds);
  }
}

function isOf({ topic, topicId }: StoredLetter, events: LetterServers['events']): boolean {
  return topic === events.name && (topicId === undefined || topicId === events.id);
}

async function judge(
  { actions, contract, events }: LetterServers,
  models: readonly LetterModel[],
  letters: readonly StoredLetter[],
  readBy: ReadByBuilds,
): Promise<JudgedLetter[]> {
  const done = Map.groupBy(await actions.of(events.id, letters), keyOf);
  const named = letters.map((letter) => {
    const decoded = readLetter(contract, letter);
    const { aggregateId, aggregateVersion } = letter;
    const event = decoded.ok ? decoded.event : undefined;
    const subject = event?.subject ?? (decoded.ok ? undefined : decoded.subject) ?? aggregateId;
    const version =
      event?.aggregateversion ?? (decoded.ok ? undefined : decoded.aggregateVersion) ?? aggregateVersion;
    return { letter, decoded, aggregateId: subject, version };
  });
  const ids = [...new Set(named.flatMap(({ aggregateId }) => aggregateId ?? []))].filter(isDocumentId);
  const versions = await Promise.all(
    models.flatMap((model) => (model.live ? [versionsIn(model, model.live, ids)] : [])),
  );
  const builds =
    contract.versions === 'position'
      ? await Promise.all(models.flatMap(({ live }) => (live ? [readBy(live)] : [])))
      : [];
  return named.map(({ letter, decoded, aggregateId, version }) => {
    const own = done.get(keyOf(letter)) ?? [];
    const isApplied = own.some(({ action, outcome }) => action === 'redrive' && outcome === 'applied');
    const contains = (last: number, at: number) =>
      version !== undefined &&
      last >= version &&
      (contract.versions === 'sequence' || last === version || isApplied || builds[at]!(letter));
    // Read models of another kind of aggregate will never contain it.
    const kind = decoded.ok ? decoded.event.aggregatetype : undefined;
    const live = versions.flatMap(({ projection: { name: projection, aggregate }, generation, of }, at) => {
      if (kind !== undefined && kind !== aggregate) return [];
      const last = (aggregateId === undefined ? undefined : of.get(aggregateId)) ?? 0;
      return [{ projection, generation, version: last, contains: contains(last, at) }];
    });
    const contained =
      version !== undefined && version > 0 && live.length > 0 && live.every((one) => one.contains);
    const discarded = own.some(({ action }) => action === 'discard');
    return {
      id: letterId(letter.topic, letter),
      ...{ letter, decoded, actions: own },
      live: live.map(({ projection, generation, version: last }) => ({
        projection,
        generation,
        version: last,
      })),
      ...(aggregateId !== undefined && { aggregateId }),
      ...(version !== undefined && { version }),
      state: discarded ? 'discarded' : contained ? 'resolved' : 'open',
    };
  });
}

type ReadByBuilds = (generation: Generation) => ReturnType<typeof readByBuild>;

/** Asks once for each generation. */
function readByBuilds({ registry }: Pick<LetterServers, 'registry'>): ReadByBuilds {
  const known = new Map<string, ReturnType<typeof readByBuild>>();
  return (generation) => {
    const asked = known.get(generation.uuid) ?? readByBuild(registry, generation);
    known.set(generation.uuid, asked);
    return asked;
  };
}

async function versionsIn(
  { projection, store }: LetterModel,
  { name: generation }: Generation,
  ids: readonly string[],
) {
  const stored = ids.length > 0 ? await store.read(generation, ids) : new Map<string, { version: number }>();
  return {
    ...{ projection, generation },
    of: new Map([...stored].map(([id, { version }]) => [id, version])),
  };
}

/** Whether a document can have that id: whatever else a broken record calls itself is not asked of a store. */
export function isDocumentId(id: string): boolean {
  return id !== '' && Buffer.byteLength(id) <= 512 && !id.includes('\0');
}

function keyOf({ partition, offset }: LetterKey): string {
  return `${partition}:${offset}`;
}

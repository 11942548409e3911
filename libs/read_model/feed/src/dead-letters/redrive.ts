import type { DomainEvent } from '@reprise/events';
import type { BlockedScope, LetterAction } from '@reprise/read-model-indices';
import { describeTopic, type KafkaTopic } from '../kafka/kafka-topic.ts';
import type { LetterCursor } from './dead-letter-topic.ts';
import { judgedLetters, type JudgedLetter } from './judged-letters.ts';
import {
  fedByNone,
  outcomeOfVersion,
  worseOf,
  type OutcomeOfVersion,
  type RedriveOutcome,
} from './letter-outcome.ts';
import { assertLettersFit, fedModels, type LetterModel, type LetterServers } from './letter-servers.ts';
import { redriveAggregate, type AggregateProgress } from './redrive-aggregate.ts';
import { redriveByPosition } from './redrive-by-position.ts';

export interface RedriveRequest {
  /** Letters to redrive. */
  readonly selects: (letter: JudgedLetter) => boolean;
  /** Whether letters that wait behind a selected one are released with it, though they are not selected themselves. */
  readonly releaseBehind: boolean;
  /** Only report what would happen. */
  readonly dryRun: boolean;
  /** Resolves when so many more events may be applied. */
  readonly pace: (events: number) => Promise<void>;
  /** Who asks, for the record. */
  readonly actor: { readonly host: string; readonly user: string };
  readonly signal: AbortSignal;
}

/** What became of one letter. */
export interface RedrivenLetter {
  readonly id: string;
  readonly aggregateId: string | null;
  readonly version: number | null;
  readonly outcome: RedriveOutcome;
  readonly detail: string | null;
  /** It was applied without being asked for: it waited behind one that was. */
  readonly released: boolean;
}

interface Held extends JudgedLetter {
  readonly event: DomainEvent;
  readonly selected: boolean;
}

/** What is held of the dead-letter topic at once, in bytes: those of its events, and what each takes beside them. */
const [heldBytes, besideBytes] = [32 << 20, 2 << 10];
/** More is put aside while a redrive runs only by batches that were in flight: this ends where a topic is fed with old letters. */
const mostPasses = 10;

/**
 * Redrives dead letters: applies them through the one decode path and the version guard to every generation that is fed, each
 * aggregate's in version order, and after one that blocked its aggregate those that wait behind it. What a generation contains
 * already is left alone. Where versions are positions, generations that have yet to reach a letter's record are left alone too, and what
 * the readers' has yet to reach is refused (see `redriveByPosition`). Memory is bounded; what is beyond it is applied in the same order, part by part.
 *
 * Runs beside the live feed: a letter put aside meanwhile is found in another pass (see `BlockedAggregates`).
 *
 * @returns what became of each letter, as it happens
 * @throws BuiltFromAnotherLog; DependencyError while a server is out of reach; what was applied stays applied and can be redriven again
 */
export async function* redriveLetters(
  servers: LetterServers,
  request: RedriveRequest,
): AsyncGenerator<RedrivenLetter> {
  await assertLettersFit(servers);
  const models = await fedModels(servers);
  let from: LetterCursor = new Map();
  let behind = request.releaseBehind
    ? await aggregatesOf(servers, models, request)
    : new Map<string, number>();
  for (let pass = 0; pass < mostPasses; pass++) {
    const topic = await describeTopic(servers.kafka, servers.deadLetters);
    const more = new Map<string, number>();
    const passing = { ...request, selects: pass === 0 ? request.selects : () => false };
    yield* redrivePass(servers, models, passing, { topic, from, behind, more });
    if (more.size === 0 || request.dryRun) return;
    behind = more;
    from = new Map(topic.partitions.map(({ partition, end }) => [partition, end]));
  }
}

/** Aggregates with a selected letter, with the lowest version selected: what comes after it is released with it. */
async function aggregatesOf(
  servers: LetterServers,
  models: readonly LetterModel[],
  { selects, signal }: RedriveRequest,
): Promise<Map<string, number>> {
  const lowest = new Map<string, number>();
  const topic = await describeTopic(servers.kafka, servers.deadLetters);
  for await (const letters of judgedLetters(servers, topic, models, { signal })) {
    for (const letter of letters) {
      const { aggregateId, version, state, decoded } = letter;
      if (aggregateId === undefined || version === undefined) continue;
      if (state !== 'open' || !decoded.ok || !selects(letter)) continue;
      lowest.set(aggregateId, Math.min(version, lowest.get(aggregateId) ?? version));
    }
  }
  return lowest;
}

interface Pass {
  readonly topic: KafkaTopic;
  readonly from: LetterCursor;
  /** By aggregate, from which version on its letters are meant. */
  readonly behind: ReadonlyMap<string, number>;
  /** Filled with aggregates of which more was put aside meanwhile. */
  readonly more: Map<string, number>;
}

async function* redrivePass(
  servers: LetterServers,
  models: readonly LetterModel[],
  request: RedriveRequest,
  pass: Pass,
): AsyncGenerator<RedrivenLetter> {
  const { signal, selects } = request;
  let held: Held[] = [];
  let bytes = 0;
  for await (const letters of judgedLetters(servers, pass.topic, models, { from: pass.from, signal })) {
    for (const letter of letters) {
      const { aggregateId, version = 0, decoded, state } = letter;
      const selected = selects(letter);
      const first = aggregateId === undefined ? undefined : pass.behind.get(aggregateId);
      if (state === 'open' && decoded.ok && (selected || (first !== undefined && version >= first))) {
        held.push({ ...letter, event: decoded.event, selected });
        bytes += besideBytes + (letter.letter.value?.length ?? 0);
      } else if (selected) yield await passOver(servers, request, letter);
    }
    if (bytes < heldBytes) continue;
    yield* redriveHeld(servers, models, request, held, pass.more);
    [held, bytes] = [[], 0];
  }
  yield* redriveHeld(servers, models, request, held, pass.more);
}

/** A selected letter that cannot, or need not, be applied. */
async function passOver(
  servers: LetterServers,
  request: RedriveRequest,
  letter: JudgedLetter,
): Promise<RedrivenLetter> {
  const { id, aggregateId = null, version = null, state, decoded } = letter;
  const redriven = (outcome: RedriveOutcome, detail: string): RedrivenLetter => ({
    ...{ id, aggregateId, version, outcome, detail },
    released: false,
  });
  const result =
    state === 'discarded'
      ? redriven('discarded', 'it was discarded; nothing was done')
      : state === 'resolved'
        ? redriven('contained', `the live read models contain version ${version} already; nothing was done`)
        : redriven('refused', decoded.ok ? 'it was not applied' : `${decoded.reason}: ${decoded.message}`);
  await record(servers, request, [[letter, result]]);
  return result;
}

async function* redriveHeld(
  servers: LetterServers,
  models: readonly LetterModel[],
  request: RedriveRequest,
  held: readonly Held[],
  more: Map<string, number>,
): AsyncGenerator<RedrivenLetter> {
  for (const letters of Map.groupBy(held, ({ event }) => event.subject).values()) {
    request.signal.throwIfAborted();
    await request.pace(letters.length);
    letters.sort((a, b) => a.event.aggregateversion - b.event.aggregateversion);
    const results = await redriveInOrder(servers, models, request, letters, more);
    await record(servers, request, results);
    for (const [, result] of results) yield result;
  }
}

/** One aggregate's letters, in version order. */
async function redriveInOrder(
  servers: LetterServers,
  models: readonly LetterModel[],
  { dryRun }: RedriveRequest,
  letters: readonly Held[],
  more: Map<string, number>,
): Promise<(readonly [Held, RedrivenLetter])[]> {
  const aggregate = letters[0]!.event.aggregatetype;
  const fed = models.filter(
    ({ projection, generations }) => projection.aggregate === aggregate && generations.length > 0,
  );
  const outcomes =
    servers.contract.versions === 'position'
      ? await redrivePlaced(servers, fed, letters, dryRun)
      : await redriveCounted(servers, fed, letters, dryRun, more);
  return letters.map((letter, at) => {
    const { id, event, selected } = letter;
    const { outcome, detail } = outcomes[at]!;
    const named = { id, aggregateId: event.subject, version: event.aggregateversion };
    return [letter, { ...named, outcome, detail, released: !selected && outcome === 'applied' }] as const;
  });
}

/** Where versions are positions; nothing waits there, so nothing is released. */
async function redrivePlaced(
  servers: LetterServers,
  models: readonly LetterModel[],
  letters: readonly Held[],
  dryRun: boolean,
): Promise<OutcomeOfVersion[]> {
  if (models.length === 0) return letters.map(() => fedByNone);
  const each: OutcomeOfVersion[][] = [];
  for (const model of models) each.push(await redriveByPosition(servers, model, letters, dryRun));
  return letters.map((_, at) => each.map((outcomes) => outcomes[at]!).reduce(worseOf));
}

async function redriveCounted(
  servers: LetterServers,
  models: readonly LetterModel[],
  letters: readonly Held[],
  dryRun: boolean,
  more: Map<string, number>,
): Promise<OutcomeOfVersion[]> {
  const progress: AggregateProgress[] = [];
  for (const model of models) {
    const events = letters.map(({ event }) => event);
    const reached = await redriveAggregate(servers, model, events, dryRun);
    progress.push(reached);
    if (!dryRun && (await release(servers, reached, letters))) {
      const aggregateId = letters[0]!.event.subject;
      more.set(aggregateId, Math.min(reached.after + 1, more.get(aggregateId) ?? Infinity));
    }
  }
  const versions = letters.map(({ event }) => event.aggregateversion);
  return versions.map((version) => outcomeOfVersion(version, versions, progress));
}

/**
 * Lets the live feed resume with the aggregate from where it is now, or wait behind what stopped it now.
 * @returns whether more was put aside meanwhile
 */
async function release(
  { blocked, events }: LetterServers,
  { projection, after, stopped }: AggregateProgress,
  letters: readonly Held[],
): Promise<boolean> {
  const scope: BlockedScope = { topicId: events.id, projection };
  const aggregateId = letters[0]!.event.subject;
  const first = letters.find(({ event }) => event.aggregateversion > after);
  if (first && stopped) {
    const { partition, offset } = first.letter;
    const lastParked = letters.at(-1)!.event.aggregateversion;
    const why = { reason: stopped.reason, remedySought: true, lastParked };
    await blocked.block(scope, [{ aggregateId, version: after + 1, partition, offset, ...why }]);
  }
  return blocked.release(scope, aggregateId, after);
}

async function record(
  { actions, events }: LetterServers,
  { dryRun, actor }: RedriveRequest,
  results: readonly (readonly [JudgedLetter, RedrivenLetter])[],
): Promise<void> {
  if (dryRun) return;
  const rows = results.map(
    ([{ letter }, { outcome, detail, aggregateId, version, released }]): LetterAction => ({
      ...{
        partition: letter.partition,
        offset: letter.offset,
        action: 'redrive',
        outcome,
        aggregateId,
        version,
      },
      detail: released ? `released${detail === null ? '' : `: ${detail}`}` : detail,
      ...actor,
    }),
  );
  await actions.record(events.id, rows);
}

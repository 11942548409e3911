import { randomUUID } from 'node:crypto';
import { type DomainEvent, isCanary, type LogBatch, storableText } from '@reprise/events';
import { assertBound, describeTopic, feedEvents, type FeedResult } from '@reprise/read-model-feed';
import { assertSameLog, type Generation } from '@reprise/read-model-indices';
import { commandLine, exitCodes } from '@reprise/runtime/commands';
import { thisProcess } from '@reprise/runtime';
import {
  countType,
  emptyTally,
  listedFaults,
  longestMessage,
  tallyRefused,
  type PoisonEvent,
  type SliceTally,
} from '../fold/slice-tally.ts';
import { namedBy } from '../fold/fold-table.ts';
import { RebuildError } from '../errors.ts';
import { kafkaSource } from '../kafka/kafka-source.ts';
import { captureLeftOut } from '../left-out/letters-of-run.ts';
import { leaveOut } from '../left-out/leave-out.ts';
import type { LeftOut } from '../left-out/left-out.ts';
import { shapeSource } from '../log/shape-source.ts';
import { watchOver } from '../run/heartbeat.ts';
import { requireLiveGeneration } from './live-generation.ts';
import type { RebuildControl, RebuildOptions, RebuildServers } from '../rebuild-options.ts';
import type { Receipt } from '../run/receipt.ts';
import { weakerByPosition } from '../steps/choose-source.ts';
import { startingPoints, type ReplayFilter } from './replay-filter.ts';
import { assertWholeByPosition } from './whole-by-position.ts';
import { newRunContext } from '../run/run-context.ts';
import { writeReceipt, type Ending } from '../run/run-ending.ts';
import { leaseTtlMs } from '../lease/under-lease.ts';

/**
 * Applies a part of the log again to the generation readers use, under the version guard: it can repair what is missing or
 * behind and change nothing else. It builds no generation, moves no positions and can never promote, because a part of the
 * log proves nothing about the whole. A dry run only counts.
 *
 * @throws BoundElsewhere; BuiltFromAnotherLog; RebuildError USAGE when nothing is live, when this code is not the one that feeds it, the event is
 *   not in the log, or the part leaves out events that its documents may lack; HISTORY_INCOMPLETE; REFUSED when readers are on a generation of
 *   an earlier topic of that name
 */
export async function replayOntoLive(
  options: RebuildOptions,
  filter: ReplayFilter,
  servers: RebuildServers,
  control: RebuildControl,
): Promise<{ receipt: Receipt; ending: Ending }> {
  const context = newRunContext({
    isReplay: true,
    runId: randomUUID(),
    options,
    servers,
    control,
    fence: undefined,
    signal: control.signal,
    workDirectory: '',
    startedAt: new Date(),
  });
  await assertBound({
    ...servers,
    models: [{ projection: options.projection, store: servers.store }],
    record: false,
  });
  const live = await requireLiveGeneration(servers, options.projection, nothingToApplyTo);
  context.generation = live;
  const begun = performance.now();
  const topic = await describeTopic(servers.kafka, servers.topic, servers);
  assertSameLog(live, options.projection, topic);
  if (topic.id !== live.topicId) throw ofEarlierTopic(live, topic);
  if (options.projection.events.versions === 'position') context.warnings.push(weakerByPosition);
  const log = kafkaSource(servers.kafka, topic, options.projection.events, { onFault: servers.onReadFault });
  const paced = shapeSource(log, { maxEventsPerSecond: options.maxEventsPerSecond ?? 0 });
  context.leftOut = await captureLeftOut(servers, options.projection.name, log);
  const source = leaveOut(paced, context.leftOut);
  const slices = await startingPoints(
    servers,
    options.projection.events,
    source.slices,
    filter,
    control.signal,
  );
  assertWholeByPosition(options.projection, topic, slices);
  const tally = emptyTally();
  const { leftOut } = context;
  const replay: Replay = { options, filter, servers, live, leftOut, tally, seen: new Set() };
  let cancelled = false;
  let readAll = true;
  const reports = watchOver(context, leaseTtlMs, () => undefined);
  try {
    context.progress.plan(slices);
    context.progress.step = 'replay';
    for (const slice of slices) {
      for await (const batch of source.read(slice, { position: slice.start }, control.signal)) {
        await replayBatch(replay, batch);
        context.progress.move(slice.slice, batch.next.position);
        if (isFull(replay)) break;
      }
      if (isFull(replay)) {
        readAll = false;
        break;
      }
    }
  } catch (error) {
    if (!control.signal.aborted) throw error;
    cancelled = true;
  } finally {
    await reports.stop();
    await source.close();
  }
  context.source = { ...source, slices };
  context.tallies.set(0, tally);
  context.stepMs['build'] = Math.round(performance.now() - begun);
  context.unknown = cancelled || !readAll ? [] : await unknownOf(replay);
  const ending = endOfReplay(options, tally, cancelled, context.unknown);
  const receipt = writeReceipt(context, ending, thisProcess());
  context.spans.end(ending, live.name);
  return { receipt, ending };
}

function endOfReplay(
  { mode }: RebuildOptions,
  tally: SliceTally,
  cancelled: boolean,
  unknown: readonly string[],
): Ending {
  if (cancelled) {
    const message =
      'The replay was cancelled; what was applied stays applied, and applying it again changes nothing.';
    return {
      outcome: 'cancelled',
      exitCode: exitCodes.cancelled,
      runState: 'INTERRUPTED',
      leaseLost: false,
      message,
    };
  }
  const faulty = tally.poisoned + tally.gapped + tally.rejectedCount > 0;
  const message = faulty ? (mode === 'DRY_RUN' ? someWouldNot : someWereNot) : null;
  return {
    outcome: mode === 'DRY_RUN' ? 'dry-run' : 'replayed',
    exitCode: faulty || unknown.length > 0 ? exitCodes.refused : exitCodes.done,
    runState: faulty ? 'FAILED' : 'DONE',
    leaseLost: false,
    message,
  };
}

const someWereNot =
  'Some events could not be applied; all others were. See poison, gaps and refused documents.';
const someWouldNot = 'Some events could not be applied; see poison and gaps. Nothing was written.';

const nothingToApplyTo =
  'there is nothing to apply a part of the log to. Nothing was changed. Rebuild the whole read model instead.';

/** Events of another log have the same ids and versions of other lives: the version guard cannot distinguish them. */
function ofEarlierTopic(
  { name, topicId, projection }: Generation,
  topic: { name: string; id: string },
): RebuildError {
  return new RebuildError(
    'REFUSED',
    `Readers are on ${name}, which was built from an earlier topic of the name ${topic.name} (topic id ${topicId}, now ${topic.id}), deleted ` +
      `since: events of this one do not belong in it. Nothing was changed. Rebuild the whole read model: ${commandLine.rebuildFromEventStore(projection)}`,
  );
}

interface Replay {
  readonly options: RebuildOptions;
  readonly filter: ReplayFilter;
  readonly servers: RebuildServers;
  readonly live: Generation;
  readonly leftOut: LeftOut;
  readonly tally: SliceTally;
  /** Aggregates of which the log had an event. */
  readonly seen: Set<string>;
}

const isFull = ({ filter, tally }: Replay) => filter.maxEvents > 0 && tally.read >= filter.maxEvents;

async function replayBatch(replay: Replay, batch: LogBatch): Promise<void> {
  const places = matching(replay, batch);
  const { projection, mode } = replay.options;
  // A dry run keeps no document that later events could be tried on.
  const passesOver = projection.events.versions === 'position' && mode !== 'DRY_RUN';
  for (let events = [...places.keys()]; events.length > 0;) {
    const poison = await applyAgain(replay, batch, events, places);
    // By position nothing waits for an event that cannot be applied: those after it follow now, or no later batch lets them.
    events = passesOver ? eventsAfter(poison, events) : [];
  }
}

/** Of some events, those that come after the one of their aggregate that was refused. */
function eventsAfter(poison: FeedResult['poison'], events: readonly DomainEvent[]): DomainEvent[] {
  const refused = new Map(poison.map(({ event }) => [event.subject, event.aggregateversion]));
  return events.filter(
    ({ subject, aggregateversion }) => aggregateversion > (refused.get(subject) ?? Infinity),
  );
}

/** @returns what cannot be applied */
async function applyAgain(
  { options, servers, live, tally, leftOut }: Replay,
  batch: LogBatch,
  events: readonly DomainEvent[],
  places: ReadonlyMap<DomainEvent, string>,
): Promise<FeedResult['poison']> {
  const target = { store: servers.store, name: live.name, projection: options.projection };
  const nothing = () => Promise.resolve({ written: 0, stale: 0, rejected: [] });
  const result = await feedEvents(
    target,
    events,
    servers.history,
    options.mode === 'DRY_RUN' ? nothing : undefined,
  );
  const waits = ({ aggregateId, expected, found }: FeedResult['gaps'][number]) =>
    leftOut.explains(aggregateId, expected, found);
  const held = result.gaps.filter(waits);
  tally.heldAggregates += held.length;
  tally.heldBack += held.length;
  const gaps = held.length === 0 ? result.gaps : result.gaps.filter((gap) => !waits(gap));
  tallyFeed(tally, { ...result, gaps }, ({ event, error }) => ({
    slice: batch.slice,
    // It may have come from the history, to close a gap.
    position: places.get(event) ?? 'none',
    reason: 'not-applicable',
    message: storableText(error.message, longestMessage),
    aggregateId: event.subject,
    version: event.aggregateversion,
  }));
  return result.poison;
}

/** The events of a batch that the filter names, with their positions; what does not decode is counted as poison unless aggregates were named. */
function matching({ filter, tally, seen }: Replay, batch: LogBatch): Map<DomainEvent, string> {
  const wanted = filter.aggregateIds && new Set(filter.aggregateIds);
  const places = new Map<DomainEvent, string>();
  for (const index of batch.values.keys()) {
    if (filter.maxEvents > 0 && tally.read >= filter.maxEvents) break;
    const decoded = batch.read(index);
    if (decoded.ok && isCanary(decoded.event)) continue;
    if (decoded.ok ? wanted && !wanted.has(decoded.event.subject) : wanted) continue;
    tally.read++;
    if (decoded.ok) {
      countType(tally, decoded.event.type);
      places.set(decoded.event, String(batch.positionOf(index)));
      if (wanted) seen.add(decoded.event.subject);
      continue;
    }
    tally.poisoned++;
    const { reason, message } = decoded;
    if (tally.poison.length < listedFaults) {
      const position = String(batch.positionOf(index));
      const named = namedBy(decoded.subject, batch.keys[index] ?? null);
      tally.poison.push({ slice: batch.slice, position, reason, message, ...named });
    }
  }
  return places;
}

/** Of the aggregates that were named, those that neither what was read nor the live generation has. */
async function unknownOf({ filter, servers, live, seen }: Replay): Promise<string[]> {
  const unseen = filter.aggregateIds?.filter((id) => !seen.has(id)) ?? [];
  if (unseen.length === 0) return [];
  const stored = await servers.store.read(live.name, unseen);
  return unseen.filter((id) => !stored.has(id));
}

function tallyFeed(
  tally: SliceTally,
  { applied, duplicate, gaps, poison, write }: FeedResult,
  place: (refused: FeedResult['poison'][number]) => PoisonEvent,
): void {
  tally.applied += applied;
  tally.duplicate += duplicate;
  tally.written += write.written;
  tally.stale += write.stale;
  tallyRefused(tally, write.rejected);
  tally.gapped += gaps.length;
  const listed = gaps.slice(0, listedFaults - tally.gaps.length);
  tally.gaps.push(...listed.map(({ aggregateId, expected }) => ({ aggregateId, expected, held: 1 })));
  tally.poisoned += poison.length;
  tally.poison.push(...poison.slice(0, listedFaults - tally.poison.length).map(place));
}

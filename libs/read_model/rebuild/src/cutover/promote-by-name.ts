import { digestOfBuckets } from '@reprise/read-model-documents';
import { assertBound, describeTopic } from '@reprise/read-model-feed';
import {
  assertSameLog,
  fingerprintOf,
  isGone,
  type Fence,
  type Generation,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { commandLine } from '@reprise/runtime/commands';
import { RebuildError } from '../errors.ts';
import { catchUpFromLog } from './catch-up.ts';
import { askCanaries } from '../gate/gate-canaries.ts';
import { digestContents } from '../gate/gate-contents.ts';
import { askAsReaders, judgeGeneration, type GateQuestions } from '../gate/judge-generation.ts';
import { contentCheck, gatePassed, notEmpty, noShrink, type GateCheck } from '../gate/gate.ts';
import { onlyLetterOf } from '../left-out/letters-of-run.ts';
import { promote, type CatchUp } from './promote.ts';
import { buildRecordOf, type BuildRecord } from './proven-generation.ts';
import type { FeederDemand } from './fed-by-consumer.ts';
import type { RebuildControl, RebuildOptions, RebuildServers } from '../rebuild-options.ts';
import type { CutoverRecord } from '../run/receipt.ts';
import { retireOlder } from './retire-older.ts';
import { underLease } from '../lease/under-lease.ts';

/** What came of a promotion by name. */
export interface NamedPromotion {
  readonly generation: Pick<Generation, 'name' | 'uuid' | 'fingerprint'>;
  /** Moment the generation is as of; null when it holds everything. */
  readonly untilTs: string | null;
  readonly gate: readonly GateCheck[];
  readonly digest: string | null;
  /** Id of the only dead letter to blame for poison; null where there are none or more, or its place in the topic is not known. */
  readonly onlyLetter: string | null;
  /** Null when the gate refused; readers were not moved then. */
  readonly cutover: CutoverRecord | null;
  /** What is not wrong yet, as in a receipt. */
  readonly warnings: readonly string[];
}

interface Chosen {
  readonly generation: Generation;
  readonly projection: Projection;
  readonly record: BuildRecord;
  readonly onNotice: RebuildControl['onNotice'] | undefined;
}

/**
 * Moves readers to a generation chosen by name: puts it to the gate again (one that was refused, too, so that other limits
 * can be given without rebuilding), catches it up and switches, and retires older ones as a run does.
 *
 * @throws BoundElsewhere; BuiltFromAnotherLog; RebuildError REFUSED when it is not complete, when this code or the topic is not the one it was built
 *   with, or when it served other readers;
 *   BUSY; whatever `promote` throws. Readers were not moved then.
 */
export async function promoteByName(
  generation: Generation,
  projection: Projection,
  servers: RebuildServers,
  questions: GateQuestions & Pick<RebuildOptions, 'requireFeeder'>,
  { signal, onNotice }: Pick<RebuildControl, 'signal' | 'onNotice'>,
): Promise<NamedPromotion> {
  const { registry, store } = servers;
  await assertBound({ ...servers, models: [{ projection, store }], record: true });
  return underLease(registry, projection.name, async (fence) => {
    const chosen = { generation, projection, record: await buildRecordOf(registry, generation), onNotice };
    refuseUnlessOwn(chosen);
    if (await isGone(store, generation)) throw goneAlready(generation);
    await refuseOtherLog(chosen, servers);
    const { untilTime } = chosen.record;
    if (untilTime)
      onNotice?.(
        `${generation.name} is the read model as of ${untilTime.toISOString()}: readers will see nothing later, and nothing feeds it`,
      );
    const { checks, digest } = await judgeAgain(chosen, servers, questions, signal);
    const { name, uuid, fingerprint } = generation;
    const untilTs = untilTime?.toISOString() ?? null;
    const warnings: string[] = [];
    const onlyLetter = letterToBlame(chosen);
    const result = {
      generation: { name, uuid, fingerprint },
      untilTs,
      gate: checks,
      digest,
      onlyLetter,
      warnings,
    };
    if (!gatePassed(checks)) return { ...result, cutover: null };
    if (generation.state === 'BUILT')
      await registry.moveGeneration(uuid, ['BUILT'], 'VERIFIED', { fence, ...(digest && { digest }) });
    const feeder: FeederDemand = {
      required: questions.requireFeeder ?? false,
      onUnfed: (warning) => void warnings.push(warning),
    };
    return { ...result, cutover: await switchTo(chosen, servers, { fence, feeder, signal }) };
  });
}

function letterToBlame({
  generation: { topic, topicId },
  record: { source, expected },
}: Chosen): string | null {
  if (source === undefined || expected === undefined) return null;
  return onlyLetterOf({ kind: source, topic: { name: topic, id: topicId } }, expected) ?? null;
}

/** Feeds it from the log; undefined for a generation as of a moment, which nothing feeds. */
function catchUpOf(
  { projection, record, onNotice }: Chosen,
  { registry, store, kafka, topic, history }: RebuildServers,
): CatchUp | undefined {
  if (record.untilTime) return undefined;
  return catchUpFromLog({ connection: kafka, topic, registry, store, projection, history, onNotice });
}

async function switchTo(
  chosen: Chosen,
  servers: RebuildServers,
  control: { readonly fence: Fence; readonly feeder: FeederDemand; readonly signal: AbortSignal },
): Promise<CutoverRecord> {
  const { generation } = chosen;
  const { registry, store } = servers;
  const catchUp = catchUpOf(chosen, servers);
  const now = () => new Date();
  const cutover = await promote({ generation, store, registry, catchUp, now, ...control });
  await retireOlder({ registry, store }, { promoted: generation, cutover, fence: control.fence });
  return cutover;
}

/** The gate for a generation at rest is the one of its build; one that was fed since has only its own hashes left to agree with. */
async function judgeAgain(
  chosen: Chosen,
  servers: RebuildServers,
  questions: GateQuestions,
  signal: AbortSignal,
): Promise<{ checks: GateCheck[]; digest: string | null }> {
  const { generation, record } = chosen;
  if (generation.state === 'BUILT') {
    if (!record.expected) throw incomplete(generation);
    // Of a generation as of a moment, readers lose what they have by now.
    const liveBefore = record.untilTime ? undefined : record.liveBefore;
    return judgeGeneration(servers, generation, { expected: record.expected, liveBefore }, questions, signal);
  }
  const { store } = servers;
  const { name, state, digest } = generation;
  await store.refresh(name);
  const checks = [await provenCheck(generation, record, servers)];
  const readers = await store.observeReaders();
  const live = readers.kind === 'generation' && readers.name !== name ? readers.name : undefined;
  // The way back is not measured against what it leads away from.
  const before = live && state === 'VERIFIED' ? await store.counts(live) : undefined;
  // What was created since it was built is in the live one, and in this one only where somebody fed it.
  if (before) {
    await catchUpOf(chosen, servers)?.(generation, 'end', signal);
    await store.refresh(name);
  }
  const counts = await store.counts(name);
  if (!questions.limits.allowEmpty) checks.push(notEmpty(counts));
  if (before) checks.push(noShrink(before, counts, questions.limits.maxShrink));
  if (questions.deep) {
    const contents = await digestContents(store, name, signal);
    checks.push(contentCheck(digestOfBuckets(contents.buckets), contents));
  }
  checks.push(...(await askAsReaders(store, generation, signal)));
  checks.push(...(await askCanaries(store, name, live, questions.canaries, signal)));
  return { checks, digest };
}

/** Compares with the digest that the gate proved, as long as nothing was fed since. */
async function provenCheck(
  { uuid, name, digest, runId, state }: Generation,
  { positions }: BuildRecord,
  { registry, store }: RebuildServers,
): Promise<GateCheck> {
  const check = 'digest proven by the gate';
  // The first generation of a read model is made and fed by the live feed, and readers got it when it had caught up.
  if (digest === null && runId === null && (state === 'LIVE' || state === 'STANDBY'))
    return { check, expected: 'one, or readers were on it', actual: 'readers were on it', passed: true };
  if (digest === null) return { check, expected: 'one', actual: 'none: it never passed', passed: false };
  const feeders = await registry.liveFeeders(5_000);
  const isFed = feeders.some(({ attachments }) => attachments.some((held) => held.generation === uuid));
  const now = await registry.positions(uuid);
  const isAtRest =
    !isFed &&
    positions !== undefined &&
    [...now].every(([partition, position]) => positions[String(partition)] === String(position));
  if (!isAtRest) return { check, expected: digest, actual: `${digest}, and fed since`, passed: true };
  const actual = digestOfBuckets(await store.bucketDigests(name));
  return { check, expected: digest, actual, passed: actual === digest };
}

function refuseUnlessOwn({ generation, projection, record }: Chosen): void {
  const { name, state, topicId, fingerprint } = generation;
  if (!['BUILT', 'VERIFIED', 'STANDBY', 'LIVE'].includes(state)) {
    throw new RebuildError(
      'REFUSED',
      `Generation ${name} is ${state}; only one that is complete (BUILT, VERIFIED) or served before (STANDBY) can be promoted. ` +
        'Readers were not moved. Rebuild to get one.',
    );
  }
  if (fingerprintOf(projection, topicId, record.untilTime) === fingerprint) return;
  throw new RebuildError(
    'REFUSED',
    `Generation ${name} was built by another version of ${projection.name}. Readers were not moved. ` +
      `Run this command with the version that built it, or go back to what served before: ${commandLine.rollback(projection.name)}`,
  );
}

/**
 * Its positions are offsets of the topic it was built from: in another one they mean nothing, so it could not be caught up.
 * Where readers are already on it nothing is moved, and only the registry is updated.
 */
async function refuseOtherLog(
  { generation, projection: made, record }: Chosen,
  servers: RebuildServers,
): Promise<void> {
  const { name, topicId, projection } = generation;
  const { readers } = servers.store;
  if (record.servedThrough !== undefined && record.servedThrough !== readers)
    throw new RebuildError(
      'REFUSED',
      `Generation ${name} served readers of "${record.servedThrough}", not of "${readers}". Readers were not moved. Rebuild to get one for these readers.`,
    );
  const target = await servers.store.observeReaders();
  if (target.kind === 'generation' && target.name === name) return;
  const topic = await describeTopic(servers.kafka, servers.topic, servers);
  assertSameLog(generation, made, topic);
  const { id } = topic;
  if (id === topicId) return;
  throw new RebuildError(
    'REFUSED',
    `Generation ${name} was built from another topic of the name ${servers.topic} (topic id ${topicId}, now ${id}), deleted since. ` +
      `Readers were not moved. Rebuild from the event store: ${commandLine.rebuildFromEventStore(projection)}`,
  );
}

function goneAlready({ name, projection }: Generation): RebuildError {
  return new RebuildError(
    'REFUSED',
    `The index or table of ${name} is gone. Readers were not moved. See what else there is: ${commandLine.status(projection)}`,
  );
}

function incomplete({ name }: Generation): RebuildError {
  return new RebuildError(
    'REFUSED',
    `The registry does not record what ${name} must hold, so the gate cannot judge it. Readers were not moved. Rebuild to get one.`,
  );
}

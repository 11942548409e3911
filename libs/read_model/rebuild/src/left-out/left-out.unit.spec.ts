import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import { BucketSums, digestOfBuckets, type VersionedDocument } from '@reprise/read-model-documents';
import { feedEvents, foldInOrder, type AggregateHistory } from '@reprise/read-model-feed';
import {
  prepareDocument,
  type DiscardedLetter,
  type DocumentToWrite,
  type GenerationName,
  type StoredDocument,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch } from '@reprise/product-read-model';
import fc from 'fast-check';
import { buildGeneration } from '../build/build-generation.ts';
import { BuildProgress } from '../build/build-progress.ts';
import { reconcileSlices } from '../build/reconcile.ts';
import { sumTallies } from '../fold/slice-tally.ts';
import { defaultGateLimits, judgeFold } from '../gate/gate.ts';
import { lives } from '../testing/histories.ts';
import { logInMemory } from '../testing/log-in-memory.ts';
import { foldWholeLog } from '../verify/fold-whole-log.ts';
import { leaveOut } from './leave-out.ts';
import { LeftOut, restorePlaces, savePlaces } from './left-out.ts';
import { Remedy } from './remedy.ts';

const projection = productSearch as unknown as Projection;
const { signal } = new AbortController();
const directory = mkdtempSync(join(tmpdir(), 'left-out-'));
let run = 0;

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/**
 * What became of a record: `whole`; `spoiled` in the topic only; `foreign` is no event of any product; `refused` is an event that a
 * store never takes; `unreadable` in the topic and in the event store.
 */
type Fate = 'whole' | 'spoiled' | 'foreign' | 'refused' | 'unreadable';

interface Case {
  readonly records: readonly { readonly event: ProductEvent; readonly fate: Fate }[];
  readonly pageSize: number;
  readonly memoryBytes: number;
}

const fates: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Fate>('whole') },
  { weight: 4, arbitrary: fc.constantFrom<Fate>('spoiled', 'foreign', 'refused', 'unreadable') },
);

/** Lives interleaved, each in version order; a foreign record stands behind the event it is drawn with. */
const cases: fc.Arbitrary<Case> = lives.chain((products) => {
  const events = products.flat().sort((a, b) => a.aggregateversion - b.aggregateversion);
  return fc.record({
    records: fc
      .array(fates, { minLength: events.length, maxLength: events.length })
      .map((drawn) => events.map((event, index) => ({ event, fate: drawn[index]! }))),
    pageSize: fc.integer({ min: 1, max: 9 }),
    memoryBytes: fc.constantFrom(1, 4_000, 1 << 20),
  });
});

/** The log, the event store and the letters of a case, all of them discarded. */
function worldOf({ records }: Pick<Case, 'records'>) {
  const values: string[] = [];
  const letters: DiscardedLetter[] = [];
  const known = new Map<string, ProductEvent[]>();
  const closed = new Set<string>();
  const discard = (event: ProductEvent | undefined, eventId: string | null) =>
    letters.push({
      ...{ partition: 0, offset: BigInt(values.length - 1), eventId },
      ...{ aggregateId: event?.subject ?? null, version: event?.aggregateversion ?? null },
      ...{ reason: 'a test', host: 'a-host', user: 'an-operator', at: new Date(0) },
    });
  for (const { event, fate } of records) {
    const text = productEvents.encode(event);
    values.push(fate === 'spoiled' || fate === 'unreadable' ? text.replace('.v1"', '.v9"') : text);
    if (fate === 'spoiled' || fate === 'unreadable') discard(event, null);
    if (fate === 'refused') discard(event, event.id);
    if (fate === 'foreign') {
      values.push('{no event');
      discard(undefined, null);
    }
    // A history ends before what a projection leaves out of it.
    if (fate === 'refused' || fate === 'unreadable') closed.add(event.subject);
    if (!closed.has(event.subject)) known.set(event.subject, [...(known.get(event.subject) ?? []), event]);
  }
  const history: AggregateHistory = (id) => Promise.resolve(known.get(id) ?? []);
  return { values, letters, history, known };
}

/** Documents in memory, under the version guard. */
class Documents {
  readonly held = new Map<string, DocumentToWrite>();

  write(documents: readonly DocumentToWrite[]) {
    for (const one of documents)
      if ((this.held.get(one.id)?.version ?? 0) < one.version) this.held.set(one.id, one);
    return Promise.resolve({ written: documents.length, stale: 0, rejected: [] });
  }

  read(ids: readonly string[]): Promise<Map<string, StoredDocument>> {
    const found = ids.flatMap((id) => this.held.get(id) ?? []);
    return Promise.resolve(
      new Map(
        found.map(({ id, version, digest, canonical }) => {
          const document = JSON.parse(canonical) as StoredDocument['document'];
          return [id, { id, version, digest, document }];
        }),
      ),
    );
  }

  get digest(): string {
    const sums = new BucketSums();
    for (const { digest } of this.held.values()) sums.add(digest);
    return digestOfBuckets(sums.list());
  }
}

async function rebuilt(
  { values, letters, history }: ReturnType<typeof worldOf>,
  shape: Omit<Case, 'records'>,
) {
  const leftOut = new LeftOut(letters);
  const documents = new Documents();
  const { tallies, unresolved } = await buildGeneration({
    ...{ projection, signal, finished: new Map(), progress: new BuildProgress(), groupSize: 3 },
    source: leaveOut(logInMemory(values, shape.pageSize), leftOut),
    write: (some) => documents.write(some),
    onSliceDone: () => Promise.resolve(),
    memoryBytes: shape.memoryBytes,
    spillDirectory: join(directory, String(run++)),
  });
  const remedy = new Remedy({ leftOut, resolved: [], history, projection: projection.name });
  const between = await reconcileSlices({
    ...{ projection, unresolved, remedy, groupSize: 3 },
    read: (ids) => documents.read(ids),
    write: (some) => documents.write(some),
  });
  return { documents, total: sumTallies([...tallies.values(), between]) };
}

async function verified({ values, letters, history }: ReturnType<typeof worldOf>, pageSize: number) {
  const leftOut = new LeftOut(letters);
  const documents = new Documents();
  const log = await foldWholeLog(
    {
      ...{ projection, leftOut, signal, memoryBytes: 1 << 20 },
      source: leaveOut(logInMemory(values, pageSize), leftOut),
      remedyFor: () =>
        Promise.resolve(new Remedy({ leftOut, resolved: [], history, projection: projection.name })),
    },
    (document) => void documents.write([document]),
  );
  return { documents, log };
}

/** A feed that puts the letters aside and, once they are discarded, the repairs of their products. */
async function fedLive(
  { values, letters, history, known }: ReturnType<typeof worldOf>,
  records: Case['records'],
) {
  const documents = new Documents();
  const aside = new Set(letters.map(({ offset }) => Number(offset)));
  const byText = new Map(records.map(({ event }) => [productEvents.encode(event), event]));
  const store = {
    read: (_: GenerationName, ids: readonly string[]) => documents.read(ids),
    write: (_: GenerationName, some: readonly DocumentToWrite[]) => documents.write(some),
  };
  const target = { store: store as never, name: 'a generation' as GenerationName, projection };
  for (const [offset, text] of values.entries())
    if (!aside.has(offset)) await feedEvents(target, [byText.get(text)!], history);
  await repaired(documents, new Set(letters.flatMap(({ aggregateId }) => aggregateId ?? [])), known);
  return documents;
}

function repaired(
  documents: Documents,
  ids: ReadonlySet<string>,
  known: ReadonlyMap<string, ProductEvent[]>,
) {
  const folded = [...ids].flatMap((id): VersionedDocument[] => {
    const { document } = foldInOrder(projection, undefined, known.get(id) ?? []);
    return document ? [document] : [];
  });
  return documents.write(folded.map(prepareDocument));
}

describe('records whose dead letters were discarded', () => {
  it('are left out alike by rebuild, verify, live feed and repair, digest included, and fail no gate', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const world = worldOf(given);
        const { documents, total } = await rebuilt(world, given);
        const { documents: expected, log } = await verified(world, given.pageSize);
        const repair = new Documents();
        await repaired(repair, new Set(world.known.keys()), world.known);
        expect(documents.digest).toBe(repair.digest);
        expect(expected.digest).toBe(repair.digest);
        expect((await fedLive(world, given.records)).digest).toBe(repair.digest);
        const counts = { documents: total.documents, tombstones: total.tombstones };
        const checks = judgeFold(
          { expected: total, counts, live: undefined },
          { ...defaultGateLimits, allowEmpty: true },
        );
        expect(checks.filter(({ passed }) => !passed)).toEqual([]);
        expect(digestOfBuckets(total.buckets)).toBe(documents.digest);
        expect(log).toMatchObject({ poison: 0, gaps: 0 });
      }),
      { numRuns: 60 },
    );
  });

  it('excuse no other poison: one that nobody discarded still fails the gate', async () => {
    const given = fc.sample(cases, 1)[0]!;
    const world = worldOf(given);
    world.values.push('{no event');
    const { total } = await rebuilt(world, given);
    expect(total.poisoned).toBe(1);
  });

  it('cost nothing where there are none: the source itself is read', () => {
    const source = logInMemory(['a'], 1);
    expect(leaveOut(source, new LeftOut([]))).toBe(source);
  });

  it('are found by place in any part of a partition, and as saved', () => {
    const offsets = fc.uniqueArray(fc.bigInt({ min: 0n, max: 60n }), { maxLength: 12 });
    const bounds = fc.tuple(fc.bigInt({ min: 0n, max: 60n }), fc.bigInt({ min: 0n, max: 60n }));
    fc.assert(
      fc.property(offsets, bounds, (all, [first, last]) => {
        const letters = all.map((offset) => ({ partition: 1, offset }) as DiscardedLetter);
        const leftOut = new LeftOut(letters);
        const wanted = all.filter((offset) => offset >= first && offset <= last);
        expect([...(leftOut.within(1, first, last) ?? [])].sort()).toEqual(wanted.sort());
        expect(leftOut.within(0, first, last)).toBeUndefined();
        expect(restorePlaces(savePlaces(leftOut))).toEqual(letters);
      }),
    );
  });

  it('are replaced by no event of the event store that the log does not have: the same log gives the same digest', async () => {
    const event = (aggregateversion: number) => ({ aggregateversion }) as ProductEvent;
    const history: AggregateHistory = () => Promise.resolve([1, 2, 3, 4, 5, 6].map(event));
    const letters = [{ partition: 0, offset: 7n, aggregateId: 'p-1', version: 4 } as DiscardedLetter];
    const given = { leftOut: new LeftOut(letters), resolved: [], projection: projection.name };
    const versionsFor = async (id: string, lastHeld: number, known: AggregateHistory | undefined = history) =>
      (await new Remedy({ ...given, history: known }).eventsFor(id, lastHeld)).map(
        ({ aggregateversion }) => aggregateversion,
      );
    expect(await versionsFor('p-1', 0)).toEqual([4]);
    expect(await versionsFor('p-1', 5)).toEqual([1, 2, 3, 4, 5]);
    expect(await versionsFor('p-2', 5)).toEqual([]);
  });
});

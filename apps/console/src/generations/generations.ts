import { digestOfBuckets, type BucketDigest, type DocumentDigest } from '@reprise/read-model-documents';
import {
  fedStates,
  type Generation,
  type GenerationName,
  type GenerationStore,
  type StoredDocument,
} from '@reprise/read-model-indices';
import { statusOf, type ReadModels } from '@reprise/read-model-servers';
import type {
  BucketComparison,
  DocumentComparison,
  GenerationComparison,
  GenerationContents,
  GenerationList,
  GenerationView,
  Known,
  StoredDocumentView,
} from '../contract/index.ts';
import { fieldDifferences } from './fields.ts';

/** Documents of a bucket that are named. */
const mostDocuments = 200;
const withinMs = 5_000;

interface Stored {
  readonly generation: Generation;
  readonly store: GenerationStore;
}

/** Two generations of one read model. */
interface Pair {
  readonly left: Stored;
  readonly right: Stored;
}

/** Generations, and what they hold. Reads only. */
export class Generations {
  readonly #readModels: ReadModels;

  constructor(readModels: ReadModels) {
    this.#readModels = readModels;
  }

  /** Undefined where there is no read model of that name. */
  async list(name: string): Promise<GenerationList | undefined> {
    const projection = this.#projections().find((one) => one.name === name);
    if (!projection) return undefined;
    const { registry } = this.#readModels;
    const [[status], entries] = await Promise.all([
      statusOf(this.#readModels, [projection], { withinMs }),
      registry.listGenerations({ projection: name }),
    ]);
    const generations = entries.map((entry): GenerationView => {
      const known = status!.generations.find(({ uuid }) => uuid === entry.uuid);
      return {
        ...{ name: entry.name, uuid: entry.uuid, projection: name, state: entry.state },
        createdAt: entry.createdAt.toISOString(),
        stateSince: entry.stateChangedAt.toISOString(),
        ...{ fingerprint: entry.fingerprint, projectionVersion: entry.projectionVersion },
        ...{ digest: entry.digest, runId: entry.runId, untilTs: known?.untilTs ?? null },
        served: status!.readers.on.includes(entry.name),
        stored: known?.stored ?? (entry.state === 'PRUNED' ? false : null),
        fed: fedStates.includes(entry.state),
        ...{ lagEvents: known?.lag ?? null, lagSeconds: known?.lagSeconds ?? null },
        partitions: Object.entries(known?.positions ?? {}).map(([partition, position]) => ({
          partition: Number(partition),
          position: String(position),
        })),
        feeders: (known?.feeders ?? []).map((feeder) => ({ ...feeder, partitions: [...feeder.partitions] })),
        refusedBy: [...(known?.refusedBy ?? [])],
      };
    });
    return {
      ...{ projection: name, generations, timeline: timelineOf(entries) },
      orphans: orWhy(status!.orphans, status!.readers.unreachable),
      missing: orWhy(status!.missing, status!.readers.unreachable),
    };
  }

  /** What a generation holds now, by bucket; undefined where there is none of that name. */
  async contents(name: string): Promise<GenerationContents | undefined> {
    const found = await this.#find(name);
    if (!found) return undefined;
    const buckets = await found.store.bucketDigests(found.generation.name);
    return {
      ...{ generation: name, at: new Date().toISOString(), digest: digestOfBuckets(buckets) },
      ...{ buckets: [...buckets], proven: found.generation.digest },
    };
  }

  /** Which buckets of two generations differ. Undefined where they are not two of one read model. */
  async compare(left: string, right: string): Promise<GenerationComparison | undefined> {
    const pair = await this.#pair(left, right);
    if (!pair) return undefined;
    const [one, other] = await Promise.all([bucketsOf(pair.left), bucketsOf(pair.right)]);
    const numbers = [...new Set([...one.keys(), ...other.keys()])].sort((a, b) => a - b);
    return {
      ...{ left, right, at: new Date().toISOString() },
      digests: { left: digestOfBuckets([...one.values()]), right: digestOfBuckets([...other.values()]) },
      documents: { left: sumOf(one), right: sumOf(other) },
      buckets: numbers.map((bucket) => {
        const [ours, theirs] = [one.get(bucket) ?? null, other.get(bucket) ?? null];
        return { bucket, same: JSON.stringify(ours) === JSON.stringify(theirs), left: ours, right: theirs };
      }),
    };
  }

  /** Which documents of one bucket differ. */
  async compareBucket(left: string, right: string, bucket: number): Promise<BucketComparison | undefined> {
    const pair = await this.#pair(left, right);
    if (!pair) return undefined;
    const [one, other] = await Promise.all([documentsOf(pair.left, bucket), documentsOf(pair.right, bucket)]);
    const documents = [...new Set([...one.keys(), ...other.keys()])].sort().flatMap((id) => {
      const [ours, theirs] = [one.get(id), other.get(id)];
      const kind = kindOf(ours, theirs);
      if (kind === undefined) return [];
      return [{ id, kind, leftVersion: ours?.version ?? null, rightVersion: theirs?.version ?? null }];
    });
    return { left, right, bucket, differing: documents.length, documents: documents.slice(0, mostDocuments) };
  }

  /** One document in both, field by field. */
  async compareDocument(left: string, right: string, id: string): Promise<DocumentComparison | undefined> {
    const pair = await this.#pair(left, right);
    if (!pair) return undefined;
    const [ours, theirs] = await Promise.all(
      [pair.left, pair.right].map(async ({ store, generation }) =>
        (await store.read(generation.name, [id])).get(id),
      ),
    );
    const [one, other] = [shownDocument(ours), shownDocument(theirs)];
    return {
      id,
      left: one,
      right: other,
      fields: fieldDifferences(one?.document ?? null, other?.document ?? null),
    };
  }

  #projections() {
    return this.#readModels.contexts.flatMap(({ settings }) => settings.context.projections);
  }

  async #pair(left: string, right: string): Promise<Pair | undefined> {
    const [one, other] = await Promise.all([this.#find(left), this.#find(right)]);
    if (!one || !other || one.generation.projection !== other.generation.projection) return undefined;
    return { left: one, right: other };
  }

  /** By its whole name, from the registry: nothing that a caller sends becomes the name of an index or table. */
  async #find(name: string): Promise<Stored | undefined> {
    const generation = await this.#readModels.registry.findGeneration(name);
    const projection = this.#projections().find((one) => one.name === generation?.projection);
    if (!generation || !projection || generation.name !== name) return undefined;
    return { generation, store: this.#readModels.contextOf(projection).storeOf(projection) };
  }
}

/** As a reader of the page is shown it. */
export function shownDocument(stored: StoredDocument | undefined): StoredDocumentView | null {
  if (!stored) return null;
  const { version, tombstone = null, document = null } = stored;
  return { version, tombstone, document };
}

interface Marks {
  readonly version: number;
  readonly digest: DocumentDigest;
}

/** Ids with versions and digests only: a bucket of a large read model has thousands of documents. */
async function documentsOf({ store, generation }: Stored, bucket: number): Promise<Map<string, Marks>> {
  const found = new Map<string, Marks>();
  for await (const page of store.scan(generation.name as GenerationName, { buckets: [bucket] }))
    for (const { id, version, digest } of page)
      if (digest.bucket === bucket) found.set(id, { version, digest });
  return found;
}

async function bucketsOf({ store, generation }: Stored): Promise<Map<number, BucketDigest>> {
  return new Map((await store.bucketDigests(generation.name)).map((one) => [one.bucket, one]));
}

function sumOf(buckets: ReadonlyMap<number, BucketDigest>): number {
  return [...buckets.values()].reduce((sum, { documents }) => sum + documents, 0);
}

function kindOf(
  left: Marks | undefined,
  right: Marks | undefined,
): BucketComparison['documents'][number]['kind'] | undefined {
  if (!left) return 'only-right';
  if (!right) return 'only-left';
  if (left.version !== right.version) return 'version';
  return left.digest.high === right.digest.high && left.digest.low === right.digest.low
    ? undefined
    : 'content';
}

/** Begin and last move of each; who made it is known of what a run built. */
function timelineOf(entries: readonly Generation[]): GenerationList['timeline'] {
  const who = ({ runId }: Generation): Known<string> =>
    runId === null
      ? { known: false, why: 'a consumer made it, and nobody asked for it' }
      : { known: true, value: `run ${runId}` };
  return entries
    .flatMap((entry) => [
      {
        generation: entry.name as string,
        at: entry.createdAt.toISOString(),
        state: 'BUILDING',
        who: who(entry),
      },
      {
        ...{
          generation: entry.name as string,
          at: entry.stateChangedAt.toISOString(),
          state: entry.state as string,
        },
        who: {
          known: false as const,
          why: 'the registry keeps when a state changed, not who changed it; the audit may',
        },
      },
    ])
    .sort((a, b) => a.at.localeCompare(b.at));
}

function orWhy(value: readonly string[] | null, why: string | null): Known<string[]> {
  if (value !== null) return { known: true, value: [...value] };
  return { known: false, why: why ?? 'the store did not answer in time' };
}

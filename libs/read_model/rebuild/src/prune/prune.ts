import {
  DependencyError,
  dropOwn,
  isGone,
  type Fence,
  type Generation,
  type GenerationName,
  type GenerationStore,
  type Registry,
} from '@reprise/read-model-indices';
import { missingOf, orphansOf } from '@reprise/read-model-status';
import { decidePrune, type PruneFacts, type StorageProof } from './prune-decision.ts';

export interface PruneInput {
  readonly projection: string;
  readonly registry: Pick<Registry, 'now' | 'listGenerations' | 'moveGeneration' | 'shards'>;
  readonly store: GenerationStore;
  readonly fence: Fence;
  /** Retired generations to keep, newest first, and as many proven ones that were never promoted. */
  readonly keep: number;
  /** Milliseconds a standby generation is kept after its cutover. */
  readonly standbyMs: number;
  readonly dryRun: boolean;
}

export interface PruneResult {
  readonly deleted: readonly { readonly name: GenerationName; readonly why: string }[];
  /** Due by what the registry says, and kept because an alias or view reads them. */
  readonly read: readonly { readonly name: GenerationName; readonly by: readonly string[] }[];
  /** Due by what the registry says, and kept because of `danger`. */
  readonly kept: readonly { readonly name: GenerationName; readonly why: string }[];
  /** Why nothing complete was deleted; null when readers are proven to be on a complete generation. */
  readonly danger: string | null;
  /** Indices or tables named like generations that no registry entry owns: reported, never touched. */
  readonly orphans: readonly GenerationName[];
  /** Generations whose index or table is gone though nobody pruned them. */
  readonly missing: readonly GenerationName[];
}

/**
 * Deletes generations that the registry owns and nobody reads. The live one, those on standby within their time and the last
 * retired ones stay, and whatever an alias or view reads, also one of somebody else. While readers are on nothing, or the
 * generation they are on is gone or not proven, every complete generation stays (see `decidePrune`).
 */
export async function prune(input: PruneInput): Promise<PruneResult> {
  const { projection, registry, store, fence, dryRun } = input;
  const known = await registry.listGenerations({ projection });
  const readBy = await store.readBy();
  // Ages are taken on the clock that wrote the times they are counted from.
  const now = await registry.now();
  const { going: ripe, kept, danger } = decidePrune(await factsOf(input, known), { ...input, now });
  const deleted = ripe.filter(({ generation }) => !readBy.has(generation.name));
  if (!dryRun) {
    for (const { generation } of deleted) {
      // RETIRED first: a consumer that still feeds it stops before it is gone.
      await registry.moveGeneration(generation.uuid, ['STANDBY', 'VERIFIED', 'BUILT'], 'RETIRED', { fence });
      await registry.moveGeneration(generation.uuid, ['BUILDING', 'INTERRUPTED'], 'ABANDONED', { fence });
      // An index of that name that came back is no build of ours that is known to be whole: it is named below.
      if (generation.state !== 'GONE') await dropOwn(store, generation);
      await registry.moveGeneration(generation.uuid, ['RETIRED', 'FAILED', 'ABANDONED', 'GONE'], 'PRUNED', {
        fence,
      });
    }
  }
  const stored = await store.list();
  const gone = new Set(deleted.map(({ generation }) => generation.uuid));
  const left = known.filter(({ uuid }) => !gone.has(uuid));
  return {
    deleted: deleted.map(({ generation: { name }, why }) => ({ name, why })),
    read: ripe.flatMap(({ generation: { name } }) => {
      const by = readBy.get(name);
      return by ? [{ name, by }] : [];
    }),
    kept: kept.map(({ generation: { name }, why }) => ({ name, why })),
    danger,
    orphans: orphansOf(stored, known),
    missing: missingOf(stored, left),
  };
}

/** Whether a generation's index is there and has never been on any node, so that it cannot hold anything. */
export async function wasNeverBuilt(
  store: Pick<GenerationStore, 'meta' | 'inspect'>,
  generation: Generation,
): Promise<boolean> {
  if (store.inspect === undefined || (await store.meta(generation.name))?.uuid !== generation.uuid)
    return false;
  return (await store.inspect(generation.name, generation)).neverAllocated;
}

/** What the decision rests on: where readers are, and what can be proven of that generation and of the live one. */
async function factsOf(input: PruneInput, known: readonly Generation[]): Promise<PruneFacts> {
  const { store } = input;
  const readers = await store.observeReaders();
  const served = readers.kind === 'generation' ? readers.name : undefined;
  const relied = known.filter(({ name, state }) => name === served || state === 'LIVE');
  const proofs = new Map<string, StorageProof>();
  for (const generation of relied) proofs.set(generation.uuid, await proofOf(store, generation));
  const neverBuilt = new Set(await neverBuiltOf(input, known));
  return { generations: known, neverBuilt, alias: store.readers, readers, proofs };
}

/** Whether all of a generation's index or table is there and can be read. */
async function proofOf(store: GenerationStore, generation: Generation): Promise<StorageProof> {
  const { name } = generation;
  if (await isGone(store, generation)) return { is: 'gone' };
  try {
    const unallocated = (await store.inspect?.(name, generation))?.unallocated;
    if (unallocated !== undefined) return { is: 'unproven', why: unallocated };
    await store.refresh(name);
    return { is: 'whole' };
  } catch (error) {
    // Closed, blocked, or deleted while it was looked at.
    if (!(error instanceof DependencyError)) throw error;
    return { is: 'unproven', why: error.message };
  }
}

/** Unfinished generations whose index no node ever took: nothing of them can be resumed, and they make the cluster red. */
async function neverBuiltOf(
  { projection, registry, store }: PruneInput,
  known: readonly Generation[],
): Promise<string[]> {
  const build = await registry.shards.newest(projection);
  const open = build?.outcome === null ? build.generation : undefined;
  const unfinished = known.filter(
    ({ state, uuid }) => (state === 'BUILDING' || state === 'INTERRUPTED') && uuid !== open,
  );
  const found: string[] = [];
  for (const generation of unfinished)
    if (await wasNeverBuilt(store, generation)) found.push(generation.uuid);
  return found;
}

import fc from 'fast-check';
import {
  completeStates,
  type Generation,
  type GenerationName,
  type GenerationState,
  type ReadersTarget,
} from '@reprise/read-model-indices';
import { decidePrune, type StorageProof } from './prune-decision.ts';

const hour = 3_600_000;

/** A registry, the storage and the readers of one read model, as the verbs leave them. */
interface World {
  now: number;
  readonly generations: Generation[];
  readonly storage: Map<string, StorageProof>;
  readers: ReadersTarget;
}

type Step =
  | { readonly verb: 'rebuild'; readonly ends: 'promoted' | 'refused' | 'proven' | 'killed' }
  | { readonly verb: 'promote' | 'rollback'; readonly pick: number }
  | { readonly verb: 'prune'; readonly keep: number; readonly standbyHours: number }
  | { readonly verb: 'wait'; readonly hours: number }
  | { readonly accident: 'deleted' | 'red' | 'moved'; readonly pick: number }
  | { readonly accident: 'alias removed' };

const pick = fc.nat(9);
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('promoted' as const, 'refused' as const, 'proven' as const, 'killed' as const)
      .map((ends) => ({ verb: 'rebuild' as const, ends })),
  },
  {
    weight: 2,
    arbitrary: fc.record({ verb: fc.constantFrom('promote' as const, 'rollback' as const), pick }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      verb: fc.constant('prune' as const),
      keep: fc.nat(2),
      standbyHours: fc.constantFrom(0, 24),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ verb: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 48 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      accident: fc.constantFrom('deleted' as const, 'red' as const, 'moved' as const),
      pick,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ accident: 'alias removed' as const }) },
);

const isCopy = ({ generations, storage }: World): boolean =>
  generations.some(({ uuid, state }) => completeStates.includes(state) && storage.get(uuid)?.is === 'whole');

function become(world: World, uuid: string, state: GenerationState): void {
  const index = world.generations.findIndex((one) => one.uuid === uuid);
  world.generations[index] = { ...world.generations[index]!, state, stateChangedAt: new Date(world.now) };
}

/** The registry's rule of a cutover: the one before is on standby, and those on standby before it are retired. */
function switchTo(world: World, target: Generation): void {
  for (const { uuid, state } of [...world.generations]) {
    if (uuid === target.uuid) continue;
    if (state === 'STANDBY') become(world, uuid, 'RETIRED');
    if (state === 'LIVE') become(world, uuid, 'STANDBY');
  }
  become(world, target.uuid, 'LIVE');
  world.readers = { kind: 'generation', name: target.name };
}

function build(world: World, ends: 'promoted' | 'refused' | 'proven' | 'killed'): void {
  const uuid = `uuid-${world.generations.length}-${world.now}`;
  const at = new Date(world.now);
  const generation: Generation = {
    uuid,
    projection: 'product_search',
    name: `generation-${uuid}` as GenerationName,
    storage: 'elasticsearch',
    fingerprint: 'f',
    projectionVersion: 1,
    topic: 't',
    topicId: 'i',
    partitions: 1,
    state: ends === 'killed' ? 'BUILDING' : ends === 'refused' ? 'BUILT' : 'VERIFIED',
    createdAt: at,
    stateChangedAt: at,
    digest: ends === 'killed' || ends === 'refused' ? null : 'digest',
    runId: 'run',
  };
  world.generations.push(generation);
  world.storage.set(uuid, { is: 'whole' });
  if (ends === 'promoted') switchTo(world, generation);
}

function take(world: World, step: Step): void {
  world.now += 60_000;
  if ('accident' in step) {
    if (step.accident === 'alias removed') world.readers = { kind: 'none' };
    else accident(world, step.accident, step.pick);
    return;
  }
  switch (step.verb) {
    case 'wait':
      world.now += step.hours * hour;
      return;
    case 'rebuild':
      build(world, step.ends);
      return;
    case 'promote':
    case 'rollback': {
      const wanted = step.verb === 'promote' ? ['VERIFIED', 'LIVE'] : ['STANDBY', 'RETIRED'];
      const fit = world.generations.filter(
        ({ state, uuid }) => wanted.includes(state) && world.storage.get(uuid)?.is === 'whole',
      );
      if (fit.length > 0) switchTo(world, fit[step.pick % fit.length]!);
      return;
    }
    case 'prune':
      prune(world, step.keep, step.standbyHours * hour);
  }
}

function accident(world: World, what: 'deleted' | 'red' | 'moved', at: number): void {
  const hit = world.generations[at];
  if (!hit) return;
  if (what === 'moved') {
    world.readers = { kind: 'generation', name: hit.name };
    return;
  }
  world.storage.set(hit.uuid, what === 'deleted' ? { is: 'gone' } : { is: 'unproven', why: 'red' });
  const isRead = world.readers.kind === 'generation' && world.readers.name === hit.name;
  if (what === 'deleted' && isRead) world.readers = { kind: 'none' };
}

function prune(world: World, keep: number, standbyMs: number): void {
  const { generations, readers, storage } = world;
  const served = readers.kind === 'generation' ? readers.name : undefined;
  const proofs = new Map(
    generations
      .filter(({ name, state }) => name === served || state === 'LIVE')
      .map(({ uuid }) => [uuid, storage.get(uuid)!]),
  );
  const { going } = decidePrune(
    { generations, neverBuilt: new Set(), alias: 'product_search', readers, proofs },
    { keep, standbyMs, now: new Date(world.now) },
  );
  for (const { generation } of going) {
    if (generation.name === served) continue;
    generations.splice(
      generations.findIndex(({ uuid }) => uuid === generation.uuid),
      1,
    );
    storage.delete(generation.uuid);
  }
}

it('no sequence of verbs and accidents lets a verb take the last complete copy', () => {
  let taken = 0;
  fc.assert(
    fc.property(fc.array(steps, { minLength: 10, maxLength: 40, size: 'max' }), (sequence) => {
      const world: World = {
        now: Date.parse('2026-01-10T00:00:00Z'),
        generations: [],
        storage: new Map(),
        readers: { kind: 'none' },
      };
      for (const step of sequence) {
        const [before, count] = [isCopy(world), world.generations.length];
        take(world, step);
        if ('accident' in step) continue;
        if (before) expect(isCopy(world)).toBe(true);
        if (world.generations.length < count) taken += 1;
      }
    }),
    { numRuns: 400 },
  );
  // Sequences in which nothing is ever pruned would prove nothing.
  expect(taken).toBeGreaterThan(50);
});

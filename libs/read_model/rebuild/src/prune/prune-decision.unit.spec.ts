import fc from 'fast-check';
import {
  completeStates,
  generationStates,
  type Generation,
  type GenerationName,
  type GenerationState,
  type ReadersTarget,
} from '@reprise/read-model-indices';
import { decidePrune, type PruneFacts, type StorageProof } from './prune-decision.ts';

const now = new Date('2026-01-10T00:00:00Z');
const hour = 3_600_000;

interface Drawn {
  readonly state: GenerationState;
  readonly hours: number;
  readonly proven: boolean;
  readonly ofRun: boolean;
  readonly proof: StorageProof;
}

function generation(index: number, { state, hours, proven, ofRun }: Drawn): Generation {
  const at = new Date(now.getTime() - hours * hour);
  return {
    uuid: `uuid-${index}`,
    projection: 'product_search',
    name: `generation-${index}` as GenerationName,
    storage: 'elasticsearch',
    fingerprint: 'f',
    projectionVersion: 1,
    topic: 't',
    topicId: 'i',
    partitions: 1,
    state,
    createdAt: at,
    stateChangedAt: at,
    digest: proven ? 'digest' : null,
    runId: ofRun ? 'run' : null,
  };
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  state: fc.constantFrom(...generationStates),
  hours: fc.integer({ min: 0, max: 100 }),
  proven: fc.boolean(),
  ofRun: fc.boolean(),
  proof: fc.constantFrom<StorageProof>(
    { is: 'whole' },
    { is: 'gone' },
    { is: 'unproven', why: 'a shard is away' },
  ),
});

/** Every state of registry, storage and readers, whether or not the verbs can bring it about. */
const worlds = fc
  .tuple(fc.array(drawn, { maxLength: 7 }), fc.nat(9), fc.nat(3), fc.nat(48))
  .map(([all, at, keep, standbyHours]) => {
    const generations = all.map((one, index) => generation(index, one));
    const proofOf = new Map(generations.map(({ uuid }, index) => [uuid, all[index]!.proof]));
    const served = generations[at];
    const readers: ReadersTarget = served
      ? { kind: 'generation', name: served.name }
      : at === 8
        ? { kind: 'ambiguous', names: ['a', 'b'] }
        : at === 9
          ? { kind: 'generation', name: 'generation-of-another-registry' as GenerationName }
          : { kind: 'none' };
    const facts: PruneFacts = {
      generations,
      neverBuilt: new Set(),
      alias: 'product_search',
      readers,
      proofs: new Map(
        generations
          .filter(({ uuid, state }) => uuid === served?.uuid || state === 'LIVE')
          .map(({ uuid }) => [uuid, proofOf.get(uuid)!]),
      ),
    };
    return { facts, proofOf, served, limits: { keep, standbyMs: standbyHours * hour, now } };
  });

describe('the decision what to prune', () => {
  it('keeps every complete generation unless readers are proven to be on a complete one, and says why', () => {
    fc.assert(
      fc.property(worlds, ({ facts, proofOf, served, limits }) => {
        const { going, kept, danger } = decidePrune(facts, limits);
        const isGood = (one: Generation) =>
          proofOf.get(one.uuid)!.is === 'whole' &&
          completeStates.includes(one.state) &&
          (one.digest !== null || (one.runId === null && one.state === 'LIVE'));
        const relied = facts.generations.filter((one) => one === served || one.state === 'LIVE');
        const isSafe = served !== undefined && relied.every(isGood);
        const complete = facts.generations.filter(({ state }) => completeStates.includes(state));
        const gone = new Set(going.map((one) => one.generation));
        if (isSafe) {
          expect({ danger, kept }).toEqual({ danger: null, kept: [] });
          return;
        }
        expect(complete.filter((one) => gone.has(one))).toEqual([]);
        if (complete.length > 0) expect(danger).toEqual(expect.stringMatching(/\w/));
      }),
      { numRuns: 500 },
    );
  });

  it('never takes the last complete copy, wherever readers are', () => {
    fc.assert(
      fc.property(worlds, ({ facts, proofOf, served, limits }) => {
        const { going } = decidePrune(facts, limits);
        const gone = new Set(going.map((one) => one.generation));
        const isCopy = (one: Generation) =>
          completeStates.includes(one.state) && proofOf.get(one.uuid)!.is === 'whole';
        // What readers are on stays in any case: `prune` leaves it out of what it deletes.
        const left = facts.generations.filter((one) => !gone.has(one) || one === served);
        expect(left.some(isCopy)).toBe(facts.generations.some(isCopy));
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, Partial<PruneFacts>, string]>([
    ['on nothing', { readers: { kind: 'none' } }, 'readers of "product_search" are on nothing'],
    [
      'on several',
      { readers: { kind: 'ambiguous', names: ['a', 'b'] } },
      'readers of "product_search" are not on exactly one generation (a, b)',
    ],
    [
      'on one whose index is gone',
      { proofs: new Map([['uuid-0', { is: 'gone' }]]) },
      'the index or table of the live generation generation-0 is gone',
    ],
    [
      'on one whose index is red',
      { proofs: new Map([['uuid-0', { is: 'unproven', why: 'shard 0 is on no node' }]]) },
      'the live generation generation-0 cannot be proven complete: shard 0 is on no node',
    ],
  ])('says why it keeps a standby generation that is due while readers are %s', (_, facts, danger) => {
    const base = { hours: 100, proven: true, ofRun: true, proof: { is: 'whole' } } as const;
    const live = generation(0, { ...base, state: 'LIVE' });
    const standby = generation(1, { ...base, state: 'STANDBY' });
    const whole: PruneFacts = {
      generations: [live, standby],
      neverBuilt: new Set(),
      alias: 'product_search',
      readers: { kind: 'generation', name: live.name },
      proofs: new Map([[live.uuid, { is: 'whole' }]]),
    };
    const limits = { keep: 1, standbyMs: 24 * hour, now };
    const due = [{ generation: standby, why: 'on standby for longer than its time' }];
    expect(decidePrune(whole, limits)).toEqual({ going: due, kept: [], danger: null });
    expect(decidePrune({ ...whole, ...facts }, limits)).toEqual({ going: [], kept: due, danger });
  });
});

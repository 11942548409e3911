import type { Generation, GenerationName, GenerationState } from '@reprise/read-model-indices';
import { prunable } from './prune-decision.ts';

const now = new Date('2026-01-10T00:00:00Z');
const hour = 3_600_000;

function generation(name: string, state: GenerationState, ageHours: number): Generation {
  const at = new Date(now.getTime() - ageHours * hour);
  return {
    uuid: name,
    projection: 'product_search',
    name: name as GenerationName,
    storage: 'elasticsearch',
    fingerprint: 'f',
    projectionVersion: 1,
    topic: 't',
    topicId: 'i',
    partitions: 1,
    state,
    createdAt: at,
    stateChangedAt: at,
    digest: null,
    runId: null,
  };
}

const goes = (generations: Generation[], keep = 1) =>
  prunable(generations, { keep, standbyMs: 24 * hour, now }).map(
    ({ generation: { name } }) => name as string,
  );

describe('what prune may delete', () => {
  it('never is the live generation, one that is being built or verified, or one on standby within its time', () => {
    const states = ['LIVE', 'BUILDING', 'VERIFIED', 'INTERRUPTED', 'PRUNED'] as const;
    expect(goes(states.map((state) => generation(state, state, 1_000)))).toEqual([]);
    expect(goes([generation('fresh', 'STANDBY', 23)])).toEqual([]);
  });

  it('is what failed, what was abandoned and what stood by for too long', () => {
    expect(
      goes([generation('f', 'FAILED', 1), generation('a', 'ABANDONED', 1), generation('s', 'STANDBY', 25)]),
    ).toEqual(['f', 'a', 's']);
  });

  it('keeps the last retired generations, newest first', () => {
    const retired = [
      generation('old', 'RETIRED', 30),
      generation('new', 'RETIRED', 2),
      generation('older', 'RETIRED', 60),
    ];
    expect(goes(retired)).toEqual(['old', 'older']);
    expect(goes(retired, 2)).toEqual(['older']);
    expect(goes(retired, 0)).toEqual(['new', 'old', 'older']);
  });

  it('keeps the last proven generations that were never promoted', () => {
    const proven = [generation('old', 'VERIFIED', 30), generation('new', 'VERIFIED', 2)];
    expect(goes(proven)).toEqual(['old']);
    expect(goes(proven, 2)).toEqual([]);
    expect(goes(proven, 0)).toEqual(['new', 'old']);
  });

  it('is a generation the gate refused once a later one exists', () => {
    expect(goes([generation('refused', 'BUILT', 5)])).toEqual([]);
    expect(goes([generation('refused', 'BUILT', 5), generation('later', 'LIVE', 1)])).toEqual(['refused']);
  });
});

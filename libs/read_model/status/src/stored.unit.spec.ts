import type { Generation, GenerationName, GenerationState } from '@reprise/read-model-indices';
import { missingOf, orphansOf } from './stored.ts';

const generation = (name: string, state: GenerationState): Pick<Generation, 'name' | 'state'> => ({
  name: name as GenerationName,
  state,
});

describe('what does not fit together', () => {
  const names = (...list: string[]) => list as GenerationName[];
  const known = [
    generation('live', 'LIVE'),
    generation('pruned', 'PRUNED'),
    generation('building', 'BUILDING'),
    generation('gone', 'STANDBY'),
  ];

  it('is an index that no entry owns, or one that was pruned', () => {
    expect(orphansOf(names('live', 'building', 'pruned', 'foreign'), known)).toEqual(['pruned', 'foreign']);
  });

  it('is an entry whose index is gone, unless it may never have had one', () => {
    expect(missingOf(names('live'), known)).toEqual(['gone']);
  });
});

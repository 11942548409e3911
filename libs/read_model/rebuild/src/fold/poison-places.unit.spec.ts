import { productSearch } from '@reprise/product-read-model';
import { projectionsByPosition } from '@reprise/product-read-model/testing';
import type { Projection } from '@reprise/read-model-projections';
import fc from 'fast-check';
import { keptPlaces, notePoison, placesOf, unplacedNote } from './poison-places.ts';
import { emptyTally, listedFaults, type PoisonEvent } from './slice-tally.ts';

const projection = productSearch as unknown as Projection;
const byPosition = projectionsByPosition[0]!;
const poisonAt = (
  position: number,
  named: Pick<PoisonEvent, 'aggregateId' | 'version'> = {},
): PoisonEvent => ({
  ...{ slice: 4, position: String(position), reason: 'not-json', message: 'bad' },
  ...named,
});

/** A tally whose list is full. */
function listFull() {
  const tally = emptyTally();
  for (let position = 0; position < listedFaults; position++)
    notePoison(tally, poisonAt(position), projection);
  return tally;
}

describe('poison events beyond those that are listed', () => {
  it('keep slice, position, aggregate and version, whatever their aggregates are called', () => {
    const named = fc.record({
      aggregateId: fc.string({ unit: 'binary', minLength: 1 }),
      version: fc.option(fc.nat(), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(named, { maxLength: 5 }), (events) => {
        const tally = listFull();
        const places = events.map(({ aggregateId, version }, index) => ({
          ...{ slice: 4, position: String(index), aggregateId },
          ...(version !== undefined && { version }),
        }));
        for (const place of places) notePoison(tally, { ...poisonAt(0), ...place }, projection);
        expect([...placesOf(4, tally)].slice(listedFaults)).toEqual(places);
        expect(tally.poison).toHaveLength(listedFaults);
      }),
      { numRuns: 50 },
    );
  });

  it('are kept up to a bound, and counted beyond it, which is said', () => {
    const tally = listFull();
    for (let at = 0; at < keptPlaces + 2; at++)
      notePoison(tally, poisonAt(at, { aggregateId: 'a', version: at }), projection);
    notePoison(tally, poisonAt(0), projection);
    expect(tally).toMatchObject({ poisoned: listedFaults + keptPlaces + 3, unplaced: 2 });
    expect(tally.places).toHaveLength(keptPlaces);
    expect(unplacedNote(tally.unplaced)).toMatch(/^2 poison events are beyond the 51000 that can be matched/);
    expect(unplacedNote(0)).toBeUndefined();
  });

  it('are not kept where versions are positions, by which none is matched', () => {
    const tally = emptyTally();
    for (let at = 0; at <= listedFaults; at++)
      notePoison(tally, poisonAt(at, { aggregateId: 'a', version: at }), byPosition);
    expect(tally).toMatchObject({ poisoned: listedFaults + 1, places: [], unplaced: 0 });
  });
});

import { productEvents } from '@reprise/product-events';
import { productHistory, step } from '@reprise/product-events/testing';
import { batchesOf, logInMemory } from '../testing/log-in-memory.ts';
import { untilTime } from './until-time.ts';

const history = productHistory({ events: [step.created(), step.published(), step.stockAdjusted(3)] });
const moment = new Date(history[1]!.time);

async function keptOf(values: (string | null)[]) {
  const source = untilTime(logInMemory(values, 2), moment);
  const batches = await batchesOf(source);
  return { source, batches, kept: batches.flatMap(({ values: own }) => own) };
}

describe('a log until a moment', () => {
  it('has what happened up to and at that moment, at the positions of the whole log, and skips the rest', async () => {
    const [first, second, third] = history.map(productEvents.encode);
    const { source, batches, kept } = await keptOf([third!, first!, third!, second!]);
    expect(kept).toEqual([first, second]);
    expect(batches.map(({ positionOf }) => positionOf(0))).toEqual([1n, 3n]);
    expect(batches.map(({ next }) => next.position)).toEqual([2n, 4n]);
    expect(source.filteredOut).toBe(2);
  });

  it('keeps records that are not events, unless they carry a later time', async () => {
    const later = JSON.stringify({ time: new Date(moment.getTime() + 1).toISOString() });
    const { kept } = await keptOf(['no JSON', null, later, '{"time":"never"}']);
    expect(kept).toEqual(['no JSON', null, '{"time":"never"}']);
  });
});

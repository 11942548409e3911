import type { PoisonEvent } from '../fold/slice-tally.ts';
import { sumTallies, emptyTally } from '../fold/slice-tally.ts';
import type { RebuildServers } from '../rebuild-options.ts';
import { LeftOut } from './left-out.ts';
import { Remedy } from './remedy.ts';
import { resolvedByReaders } from './resolved-letters.ts';

const poisonOf = (position: number, version: number | undefined, aggregateId = 'p-1'): PoisonEvent => ({
  ...{ slice: 0, position: String(position), reason: 'unknown-type', message: 'x', aggregateId },
  ...(version !== undefined && { version }),
});

/** Readers are on a generation of the topic `t` that contains version 4 of p-1 and has passed offset 9. */
const servers = {
  store: {
    observeReaders: () => Promise.resolve({ kind: 'generation', name: 'live' }),
    read: (_: string, ids: string[]) =>
      Promise.resolve(new Map(ids.includes('p-1') ? [['p-1', { version: 4 }]] : [])),
  },
  registry: {
    findGeneration: () => Promise.resolve({ name: 'live', uuid: 'u', topicId: 't' }),
    positions: () => Promise.resolve(new Map([[0, 10n]])),
  },
} as unknown as RebuildServers;

describe('a poison event', () => {
  it('is resolved where readers have its version and their feed has passed it, in the same log', async () => {
    const poison = [
      poisonOf(9, 4),
      poisonOf(9, 5),
      poisonOf(10, 4),
      poisonOf(9, undefined),
      poisonOf(9, 1, 'p-2'),
    ];
    expect(await resolvedByReaders(servers, 't', poison)).toEqual([poison[0]]);
    expect(await resolvedByReaders(servers, 'another', poison)).toEqual([]);
  });

  it('is no longer counted when the new generation got as far, and stays poison when it did not', () => {
    const resolved = [poisonOf(1, 2), poisonOf(2, 3, 'p-2')];
    const remedy = new Remedy({
      ...{ leftOut: new LeftOut([]), resolved, history: undefined, projection: 'product_search' },
    });
    remedy.reached('p-1', 2);
    remedy.reached('p-2', 2);
    expect(remedy.settled).toEqual([resolved[0]]);
    const slice = { ...emptyTally(), poisoned: 3, poison: [...resolved, poisonOf(3, 2)] };
    const between = { ...emptyTally(), poisoned: -1, resolved: remedy.settled };
    const { poisoned, poison } = sumTallies([slice, between]);
    expect([poisoned, poison.map(({ position }) => position)]).toEqual([2, ['2', '3']]);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogSource } from '@reprise/events';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch } from '@reprise/product-read-model';
import { productHistory, step } from '@reprise/product-events/testing';
import { buildGeneration } from './build-generation.ts';
import { BuildProgress } from './build-progress.ts';
import { sumTallies } from '../fold/slice-tally.ts';

const projection = productSearch as unknown as Projection;
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'build-generation-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A log whose aggregates follow each other, read so many events at a time. */
function groupedLog(events: readonly ProductEvent[], pageSize: number): LogSource {
  return {
    kind: 'event-store',
    topic: { name: 'events', id: 'none' },
    slices: [{ slice: 0, start: 0n, end: BigInt(events.length) }],
    positions: new Map(),
    grouped: true,
    async *read() {
      for (let at = 0; at < events.length; at += pageSize) {
        const page = events.slice(at, at + pageSize);
        await Promise.resolve();
        yield {
          slice: 0,
          values: page.map(productEvents.encode),
          keys: page.map(({ subject }) => subject),
          positionOf: (index) => BigInt(at + index),
          read: (index) => ({ ok: true, event: page[index]! }),
          next: { position: BigInt(at + page.length) },
        };
      }
    },
    close: () => Promise.resolve(),
  };
}

describe('a build from a log whose products follow each other', () => {
  it.each([1 << 30, 1])('writes every product within a memory of %i bytes', async (memoryBytes) => {
    const events = Array.from({ length: 30 }, () =>
      productHistory({ events: [step.created(), step.published(), step.stockAdjusted(1)] }),
    ).flat();
    const written: string[] = [];
    const { tallies } = await buildGeneration({
      source: groupedLog(events, 7),
      projection,
      write: (documents) => {
        written.push(...documents.map(({ id, version }) => `${id} ${version}`));
        return Promise.resolve({ written: documents.length, stale: 0, rejected: [] });
      },
      finished: new Map(),
      onSliceDone: () => Promise.resolve(),
      progress: new BuildProgress(),
      memoryBytes,
      spillDirectory: directory,
      groupSize: 5,
      signal: new AbortController().signal,
    });
    expect(written.sort()).toEqual([...new Set(events.map(({ subject }) => `${subject} 3`))].sort());
    expect(sumTallies(tallies.values())).toMatchObject({ read: 90, applied: 90, documents: 30 });
  });
});

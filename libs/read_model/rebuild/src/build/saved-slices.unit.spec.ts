import { eventually } from '@reprise/test-kit';
import { attempt, removeAttempts, slice, source } from '../testing/half-read-slice.ts';
import { buildGeneration } from './build-generation.ts';

afterAll(removeAttempts);

describe('a slice of a build', () => {
  it('is written while it is saved at its end; nothing else is read, and it is not finished, before that is done', async () => {
    const { input } = attempt(source(10), 1 << 30, undefined, 100);
    const steps: string[] = [];
    let written = 0;
    let save = (): void => undefined;
    const build = buildGeneration({
      ...input,
      source: {
        ...input.source,
        slices: [slice, { ...slice, slice: 1 }],
        read: (of, ...rest) => {
          steps.push(`read ${of.slice}`);
          return source(10).read(of, ...rest);
        },
      },
      snapshots: {
        ...input.snapshots!,
        onSnapshot: (saved) => {
          steps.push(`saving ${saved}`);
          return new Promise((resolve) => (save = resolve));
        },
      },
      write: (documents) => {
        written += documents.length;
        return Promise.resolve({ written: documents.length, stale: 0, rejected: [] });
      },
      onSliceDone: ({ slice: done }) => Promise.resolve(void steps.push(`finished ${done}`)),
    });
    for (const current of [0, 1]) {
      await eventually(() => expect(steps).toContain(`saving ${current}`));
      await eventually(() => expect(written).toBe(30 * (current + 1)));
      // Whatever could continue without the snapshot has done so by now.
      await new Promise((resolve) => setImmediate(resolve));
      expect(steps).not.toContain(`finished ${current}`);
      expect(steps).not.toContain(`read ${current + 1}`);
      save();
    }
    await build;
    expect(steps).toContain('finished 1');
  });

  it('is not written as finished, nor any further, when its last snapshot was refused', async () => {
    const refused = new Error('another run has the lease');
    const { input } = attempt(source(10), 1 << 30, undefined, 100);
    const finished: number[] = [];
    let written = 0;
    let markAttempted = (): void => undefined;
    const attempted = new Promise<void>((resolve) => (markAttempted = resolve));
    const build = buildGeneration({
      ...input,
      snapshots: {
        ...input.snapshots!,
        onSnapshot: () => {
          setImmediate(markAttempted);
          return Promise.reject(refused);
        },
      },
      // Groups of 5, 10 and 15 documents, two of them on their way at a time.
      write: async (documents) => {
        written += documents.length;
        await attempted;
        return { written: documents.length, stale: 0, rejected: [] };
      },
      onSliceDone: ({ slice: done }) => Promise.resolve(void finished.push(done)),
    });
    await expect(build).rejects.toBe(refused);
    expect(finished).toEqual([]);
    expect(written).toBe(15);
  });
});

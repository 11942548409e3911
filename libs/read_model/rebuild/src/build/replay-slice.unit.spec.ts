import type { LogSource } from '@reprise/events';
import {
  appendFileSync,
  chmodSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { eventually } from '@reprise/test-kit';
import fc from 'fast-check';
import { attempt, removeAttempts, slice, source, type Attempt } from '../testing/half-read-slice.ts';
import { replaySlice } from './replay-slice.ts';
import type { SliceMark } from './slice-snapshot.ts';
import { sumTallies } from '../fold/slice-tally.ts';

afterAll(removeAttempts);

async function folded({ input }: Attempt) {
  const { table, tally, saved } = await replaySlice(input, slice, input.signal);
  await saved;
  const documents = [...table.drain(7)].flat();
  table.dispose();
  return { tally: sumTallies([tally]), documents: documents.map(({ document, held }) => [document, held]) };
}

/** What a whole run gives, order aside. */
function sorted(result: Awaited<ReturnType<typeof folded>>) {
  return { ...result, documents: result.documents.map((entry) => JSON.stringify(entry)).sort() };
}

describe('a slice that is half read', () => {
  it('is resumed to the same end, wherever reading failed, in memory and with records on disk', async () => {
    for (const memoryBytes of [1 << 30, 20_000, 1]) {
      const whole = sorted(await folded(attempt(source(7), memoryBytes)));
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 89 }),
          fc.integer({ min: 1, max: 20 }),
          async (failAfter, page) => {
            const first = attempt(source(page, failAfter), memoryBytes);
            const failed = await folded(first).then(
              () => false,
              () => true,
            );
            const second = attempt(source(11), memoryBytes, first.marks.at(-1));
            expect(sorted(await folded(second))).toEqual(whole);
            expect(second.unusable).toEqual([]);
            expect(first.marks).toHaveLength(failed ? 1 : 0);
          },
        ),
        { numRuns: 6 },
      );
    }
  });

  it('is saved every so many events, and only the last snapshot is kept', async () => {
    const paged = source(10);
    const saved: LogSource = {
      ...paged,
      // Reading continues while a snapshot is on its way, so the page after next comes when it has arrived.
      async *read(...read) {
        for await (const batch of paged.read(...read)) {
          await eventually(() => expect(given.marks).toHaveLength(Number((batch.next.position - 10n) / 30n)));
          yield batch;
        }
      },
    };
    const given = attempt(saved, 1 << 30, undefined, 25);
    await folded(given);
    expect(given.marks.map(({ position, read }) => [position, read])).toEqual([
      ['30', 30],
      ['60', 60],
      ['90', 90],
    ]);
    expect(readdirSync(join(given.directory, '0'))).toEqual(['90.snapshot']);
  });

  it('is read no more once it was saved at its end: only its documents are still to be written', async () => {
    for (const memoryBytes of [1 << 30, 20_000, 1]) {
      const whole = sorted(await folded(attempt(source(7), memoryBytes)));
      const first = attempt(source(10), memoryBytes, undefined, 100);
      const { table, saved } = await replaySlice(first.input, slice, first.input.signal);
      await saved;
      table.abandon();
      expect(first.marks.map(({ position }) => position)).toEqual(['90']);
      const second = attempt(source(10, 0), memoryBytes, first.marks[0]);
      expect(sorted(await folded(second))).toEqual(whole);
      expect(second.unusable).toEqual([]);
    }
  });

  it('is read on while it is saved, and not at all once saving is refused', async () => {
    const refused = new Error('another run has the lease');
    let pages = 0;
    const paged = source(10);
    const given = attempt(
      {
        ...paged,
        async *read(...read) {
          for await (const batch of paged.read(...read)) {
            pages++;
            yield batch;
            if (pages === 3) await eventually(() => expect(refusals).toBeGreaterThan(0));
          }
        },
      },
      1 << 30,
      undefined,
      15,
    );
    let refusals = 0;
    const onSnapshot = () => {
      refusals++;
      return Promise.reject(refused);
    };
    const snapshots = { ...given.input.snapshots!, onSnapshot };
    await expect(folded({ ...given, input: { ...given.input, snapshots } })).rejects.toBe(refused);
    expect(pages).toBe(4);
  });

  it('is not saved when a batch was folded in part: the table is ahead of its position then', async () => {
    const half = source(20);
    const failing: LogSource = {
      ...half,
      async *read(...given) {
        for await (const batch of half.read(...given)) {
          const positionOf = () => {
            throw new Error('the disk is full');
          };
          yield batch.next.position === 60n ? { ...batch, positionOf } : batch;
        }
      },
    };
    const given = attempt(failing, 1 << 30);
    await expect(folded(given)).rejects.toThrow('the disk is full');
    expect(given.marks).toEqual([]);
  });

  it('lies in files that no other account may read, whatever the umask is', async () => {
    const umask = process.umask(0);
    const given = attempt(source(10, 60), 1);
    await expect(folded(given).finally(() => process.umask(umask))).rejects.toThrow('the broker is gone');
    const files = readdirSync(given.directory, { recursive: true, withFileTypes: true });
    const modes = files.map((entry) => {
      const mode = (statSync(join(entry.parentPath, entry.name)).mode & 0o777).toString(8);
      return `${entry.name.replace(/^.*\./, '')} ${mode}`;
    });
    expect(new Set(modes)).toEqual(new Set(['0 700', 'slice-0 700', 'snapshot 600', 'records 600']));
  });

  it('does not mind what a run that was believed dead writes later', async () => {
    const first = attempt(source(10, 60), 1);
    await expect(folded(first)).rejects.toThrow('the broker is gone');
    const spilled = join(first.directory, '0', 'slice-0');
    for (const name of readdirSync(spilled)) appendFileSync(join(spilled, name), 'more');
    const second = attempt(source(10), 1, first.marks[0]);
    expect(sorted(await folded(second))).toEqual(sorted(await folded(attempt(source(10), 1))));
    expect(second.unusable).toEqual([]);
  });
});

describe('a snapshot that cannot be trusted', () => {
  const damages: [string, (given: { path: string; spilled: string; mark: SliceMark }) => SliceMark | void][] =
    [
      ['was edited', ({ path }) => appendFileSync(path, ' ')],
      ['was cut off', ({ path }) => truncateSync(path, statSync(path).size - 10)],
      ['is gone', ({ path }) => rmSync(path)],
      ['may be written by others', ({ path }) => chmodSync(path, 0o666)],
      [
        'was replaced by a link, though to the same content',
        ({ path }) => {
          renameSync(path, `${path}.aside`);
          symlinkSync(`${path}.aside`, path);
        },
      ],
      ['lies on another host', ({ mark }) => ({ ...mark, host: `not ${hostname()}` })],
      [
        'names records that were edited',
        ({ spilled }) => {
          const [name] = readdirSync(spilled);
          const path = join(spilled, name!);
          writeFileSync(path, Buffer.alloc(statSync(path).size, 1));
        },
      ],
      [
        'names records that were edited so that their CRC-32 stays',
        ({ spilled }) => {
          const [name] = readdirSync(spilled);
          const path = join(spilled, name!);
          const before = readFileSync(path);
          const edited = Buffer.from(before);
          // The generator polynomial, as its bits pass by: adding a multiple of it changes no CRC-32.
          for (const [at, byte] of [0x41, 0x06, 0x71, 0xdb, 0x01].entries()) edited[at + 30]! ^= byte;
          expect(crc32(edited)).toBe(crc32(before));
          writeFileSync(path, edited);
        },
      ],
      ['names records that are gone', ({ spilled }) => rmSync(spilled, { recursive: true })],
    ];
  it.each(damages)(
    'because it %s is reported, and the slice is read from its beginning',
    async (_, damage) => {
      const first = attempt(source(10, 60), 1);
      await expect(folded(first)).rejects.toThrow('the broker is gone');
      const mark = first.marks[0]!;
      const path = join(mark.directory, `${mark.position}.snapshot`);
      const changed = damage({ path, spilled: join(mark.directory, 'slice-0'), mark });
      const second = attempt(source(10), 1, changed ?? mark);
      expect(sorted(await folded(second))).toEqual(sorted(await folded(attempt(source(10), 1))));
      expect(second.unusable).toHaveLength(1);
    },
  );

  it('because it belongs to another generation is reported', async () => {
    const first = attempt(source(10, 60), 1);
    await expect(folded(first)).rejects.toThrow('the broker is gone');
    const second = attempt(source(10), 1, first.marks[0]);
    const snapshots = { ...second.input.snapshots!, generation: 'another one' };
    await folded({ ...second, input: { ...second.input, snapshots } });
    expect(second.unusable[0]).toContain('belongs to another build');
  });
});

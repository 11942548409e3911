import fc from 'fast-check';
import type { GenerationStatus, ReadModelStatus } from '@reprise/read-model-status';
import { rangesText } from './columns.ts';
import { describeStatus, type StatusStyle } from './status-text.ts';

const name = (day: number, projection = 'product_search') =>
  `${projection}_v2_202611${String(day).padStart(2, '0')}_072827_be99257e`;

function generation(changes: Partial<GenerationStatus> = {}): GenerationStatus {
  return {
    name: name(21),
    uuid: '00000000-0000-4000-8000-000000000001',
    state: 'LIVE',
    since: new Date(0),
    sinceSeconds: 7_200,
    fingerprint: 'be99257e00',
    projectionVersion: 2,
    digest: 'd',
    untilTs: null,
    stored: true,
    positions: { 0: 41 },
    lag: 0,
    lagSeconds: 0,
    feeders: [],
    unfed: [],
    refusedBy: [],
    ...changes,
  };
}

const slices = (count: number) =>
  Array.from({ length: count }, (_, slice) => ({
    slice,
    position: '400',
    end: '500',
    eventsPerSecond: 20,
    done: slice % 2 === 0,
  }));

const running: NonNullable<ReadModelStatus['running']> = {
  runId: 'a-run',
  host: 'vm',
  pid: 7,
  startedAt: new Date('2026-01-01T00:00:00Z'),
  sinceSeconds: 240,
  savedAt: null,
  lost: false,
  progress: {
    step: 'build',
    percent: 40,
    eventsRead: 400,
    eventsInLog: 1_000,
    eventsPerSecond: 20,
    secondsLeft: 30,
    documentsWritten: 12,
    spilledBytes: 0,
    rssBytes: 200 * 2 ** 20,
    slices: slices(2),
    stall: null,
  },
};

const status = (changes: Partial<ReadModelStatus> = {}, style: StatusStyle = {}): string =>
  describeStatus(
    {
      projection: 'product_search',
      verdict: { kind: 'ok', text: 'OK', next: null },
      versions: 'sequence',
      bound: null,
      readers: { alias: 'product_search', on: [], caveats: [], unreachable: null },
      change: null,
      generations: [],
      orphans: [],
      missing: [],
      heldBack: 0,
      letters: { open: 0, more: false },
      repairs: null,
      writeSide: null,
      writeSideFault: null,
      logUnreachable: null,
      running: null,
      shards: null,
      lastRuns: [],
      ...changes,
    },
    style,
  );

describe('the status as text', () => {
  it('says in full that versions are positions, which promises less', () => {
    expect(status({ versions: 'position' }, { verbose: true, width: 200 })).toContain(
      'by position in the topic: a missing event goes unnoticed',
    );
    expect(status({}, { verbose: true })).not.toContain('by position');
    expect(status({ versions: 'position' })).not.toContain('by position');
  });

  it('says which projection changed and how, and offers the rebuild, which it does not begin', () => {
    const sentence =
      'product_search: its logic changed from version 2 to 3; readers stay on the release before';
    const change = { kind: 'logic', from: 'be99', to: 'c0de', sentence } as const;
    const text = status({ change }, { width: 200 });
    expect(text).toContain(`changed     ${sentence}`);
    expect(text).toContain('./reprise rebuild --projection product_search');
    expect(status()).not.toContain('rebuild');
  });

  it('begins with the verdict and the step that it asks for, which is never broken', () => {
    expect(status().split('\n')[0]).toBe('product_search: OK');
    const text = 'NO INDEX: "product_search" is on nothing; rollback brings readers back';
    const next = { do: 'rollback', projection: 'product_search' } as const;
    const verdict = { kind: 'no-readers', text, next } as const;
    const lines = status({ verdict }).split('\n');
    expect(
      lines
        .slice(0, 2)
        .map((line) => line.trim())
        .join(' '),
    ).toBe(`product_search: ${text}`);
    expect(lines[2]).toBe('  next        ./reprise rollback --projection product_search');
    const promote = { do: 'promote', generation: name(21, 'category_summary') } as const;
    expect(status({ verdict: { ...verdict, next: promote } }).split('\n')).toContain(
      `  ./reprise promote --generation ${promote.generation}`,
    );
    const point = { do: 'point-readers', readers: 'product_search', projection: 'product_search' } as const;
    expect(
      status({ verdict: { ...verdict, next: point } })
        .split('\n')
        .slice(2, 4),
    ).toEqual([
      '  next        point "product_search" to one generation or to nothing, then',
      '  ./reprise status --projection product_search',
    ]);
  });

  it('shows LIVE and STANDBY first with their age and lag, who feeds what is live, and old ones as one line', () => {
    const feeders = [{ feederId: 'consumer-1', silentSeconds: 1, partitions: [0, 1, 2, 5] }];
    const text = status({
      generations: [
        generation({ name: name(25), state: 'BUILT', refusedBy: ['counts: expected 3, found 2'] }),
        ...Array.from({ length: 7 }, (_, day) => generation({ name: name(day + 1), state: 'RETIRED' })),
        generation({ name: name(20), state: 'STANDBY', sinceSeconds: 3 * 86_400, lag: 120, lagSeconds: 40 }),
        generation({ feeders }),
      ],
    });
    expect(text.split('\n').slice(2)).toEqual([
      `  LIVE        ${name(21)}  2 h  lag 0`,
      '  fed by      consumer-1, seen 1 s ago, partitions 0-2, 5',
      `  STANDBY     ${name(20)}  3 d  lag 120, 40 s`,
      `  BUILT       ${name(25)}  2 h`,
      '              refused: counts: expected 3, found 2',
      '  old         7 retired, the newest for 2 h (--verbose lists them)',
    ]);
    expect(status({ generations: [generation()] })).toContain('\n  fed by      nobody');
    expect(text).not.toContain('positions');
    expect(status({ generations: [generation()] }, { verbose: true })).toContain('positions 0:41');
  });

  it('shows what waits: held-back products, repairs, the write side, or why that is not known', () => {
    const text = status({
      heldBack: 2,
      letters: { open: 5, more: false },
      repairs: { open: 3, failed: 1, oldestOpenSeconds: 12 },
      writeSide: { unpublished: 7, parked: 1, oldestMs: 3_600_000 },
    });
    expect(text).toContain(
      '  letters     5 open, 2 aggregates held back\n              ./reprise dlq list --state open\n',
    );
    expect(text).toContain('  repairs     3 open, the oldest for 12 s; 1 abandoned');
    expect(text).toContain('  write side  7 unpublished, 1 refused by the log, the oldest for 60 min');
    expect(status({ writeSideFault: 'no such view' })).toContain('  write side  unknown: no such view');
    expect(status({ heldBack: null })).toContain('  letters     unknown');
    expect(status({ letters: null })).toContain('  letters     unknown');
    expect(status({ letters: { open: 1, more: true } })).toContain('  letters     1 open of those looked at');
    expect(status({})).not.toContain('  letters ');
  });

  it('shows the current run with its rate and the time left, its partitions only when asked, and one that is lost', () => {
    const text = status({ running });
    expect(text).toContain('  running     build 40% of 1000 events, 20 events/s, 30 s left\n');
    expect(text).toContain('12 documents written, 200 MB\n              run a-run on vm pid 7, for 4 min');
    expect(text).toContain('partitions: 1 of 2 done');
    expect(status({ running }, { verbose: true })).toContain('partition 1  400 of 500  20 events/s');
    const stall = { forMs: 61_000, cause: 'writing to it: 429' };
    expect(status({ running: { ...running, progress: { ...running.progress, stall } } })).toContain(
      'stands still for 61 s: writing to it: 429',
    );
    const lost = status({ running: { ...running, lost: true } });
    expect(lost).toContain('lost        (process gone)');
    expect(lost).not.toContain('running ');
  });

  it('shows the last runs with their generations, and which documents the store refused', () => {
    const run = { runId: 'r', outcome: 'refused', exitCode: 2, endedAt: null, state: 'FAILED' as const };
    const last = { ...run, startedAt: new Date(0), agoSeconds: 180, generation: name(21) };
    const refused = { documents: 7, first: [{ id: 'p1', reason: 'title is no number' }] };
    expect(status({ lastRuns: [{ ...last, refused }] })).toContain(
      `  last        3 min ago  refused  ${name(21)}\n              the store refused 7 documents:\n              p1: title is no number`,
    );
    expect(status({ lastRuns: [{ ...last, refused: null }] })).not.toContain('the store refused');
  });

  it('names a server that did not answer, what does not fit together, and what was done to the alias by hand', () => {
    const readers = { alias: 'a', on: [], caveats: [], unreachable: 'Elasticsearch is away' };
    expect(status({ readers })).toContain('are on unknown\n  unreachable Elasticsearch is away');
    expect(status()).toContain('are on nothing');
    const text = status({ orphans: ['foreign'], missing: ['gone'] });
    expect(text).toContain('orphan      foreign');
    expect(text).toContain('gone        gone is in the registry');
    const orphans = ['one', 'two', 'three'];
    expect(status({ orphans })).toContain('orphans     3 are owned by no entry of this registry');
    for (const orphan of orphans)
      expect(status({ orphans }, { verbose: true })).toContain(`orphan      ${orphan}`);
    expect(
      status({ readers: { ...readers, on: ['g'], caveats: ['it has the filter {}'], unreachable: null } }),
    ).toContain('\n  readers     their alias was set up by hand: it has the filter {}');
  });

  it('is painted only where it is asked for, by the verdict', () => {
    expect(status({}, { colour: true }).split('\n')[0]).toBe('\u001b[32mproduct_search: OK\u001b[0m');
    expect(status()).not.toContain('\u001b');
  });

  it('fits the terminal with 200 partitions, ten generations and whatever servers say', () => {
    const states = ['LIVE', 'STANDBY', 'VERIFIED', 'BUILT', 'RETIRED', 'FAILED'] as const;
    const text = fc.string({ unit: 'grapheme-ascii', maxLength: 300 });
    const parts = Array.from({ length: 200 }, (_, partition) => partition);
    const generations = fc.array(
      fc.record({
        state: fc.constantFrom(...states),
        sinceSeconds: fc.nat(9_999_999),
        lag: fc.option(fc.nat(), { nil: null }),
        lagSeconds: fc.option(fc.nat(9_999_999), { nil: null }),
        refusedBy: fc.array(text, { maxLength: 2 }),
        feeders: fc.array(
          fc.record({
            feederId: text,
            silentSeconds: fc.nat(4_000),
            partitions: fc.constantFrom(
              parts,
              parts.filter((part) => part % 2 === 0),
            ),
          }),
          { maxLength: 13 },
        ),
      }),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(
        generations,
        text,
        fc.integer({ min: 80, max: 130 }),
        fc.boolean(),
        (some, said, width, verbose) => {
          const positions = Object.fromEntries(parts.map((part) => [part, 123_456_789]));
          const shown = status(
            {
              verdict: {
                kind: 'unknown',
                text: said,
                next: { do: 'promote', generation: name(1, 'category_summary') },
              },
              readers: { alias: said, on: [name(1)], caveats: [said], unreachable: null },
              generations: some.map((one, day) =>
                generation({ ...one, positions, name: name(day, 'category_summary') }),
              ),
              running: { ...running, progress: { ...running.progress, slices: slices(200) } },
              writeSideFault: said,
              orphans: [name(3)],
            },
            { width, verbose },
          );
          for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('partitions', () => {
  it('are shown as ranges', () => {
    expect(rangesText([3, 1, 2, 7])).toBe('1-3, 7');
    expect(rangesText([])).toBe('');
  });
});

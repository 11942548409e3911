import type { ProjectionStatus } from '../commands/status.ts';
import { describeStatus } from './status-text.ts';

const running: NonNullable<ProjectionStatus['running']> = {
  runId: 'a-run',
  host: 'vm',
  pid: 7,
  startedAt: new Date('2026-01-01T00:00:00Z'),
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
    slices: [
      { slice: 0, position: '400', end: '500', eventsPerSecond: 20, done: false },
      { slice: 1, position: '0', end: '500', eventsPerSecond: 0, done: false },
    ],
    stall: null,
  },
};

const status = (changes: Partial<ProjectionStatus>): string =>
  describeStatus({
    projection: 'product_search',
    verdict: { kind: 'ok', text: 'OK', next: null },
    bound: null,
    readers: { alias: 'product_search', on: [], caveats: [], unreachable: null },
    generations: [],
    orphans: [],
    missing: [],
    running: null,
    shards: null,
    lastRuns: [],
    ...changes,
  });

describe('the status as text', () => {
  it('shows a running run with its rate, the time left and each partition', () => {
    const text = status({ running });
    expect(text).toContain(
      'running     a-run on vm pid 7 since 2026-01-01T00:00:00.000Z: build 40% of 1000 events, 20 events/s, 30 s left, 12 documents written, 200 MB',
    );
    expect(text).toContain('partition 0  400 of 500  20 events/s');
    const stall = { forMs: 61_000, cause: 'writing to it: 429' };
    expect(status({ running: { ...running, progress: { ...running.progress, stall } } })).toContain(
      'stands still for 61 s: writing to it: 429',
    );
  });

  it('shows a run whose process is gone as lost, and a server that did not answer as such', () => {
    const text = status({ running: { ...running, lost: true } });
    expect(text).toContain('lost        a-run on vm pid 7');
    expect(text).not.toContain('running ');
    const away = status({
      readers: { alias: 'product_search', on: [], caveats: [], unreachable: 'Elasticsearch is away' },
    });
    expect(away).toContain('are on unknown');
    expect(away).toContain('unreachable Elasticsearch is away');
    expect(status({})).toContain('are on nothing');
  });

  it('begins with the verdict and the step that it asks for', () => {
    expect(status({}).split('\n')[0]).toBe('product_search: OK');
    const text = 'NO INDEX: "product_search" is on nothing; rollback brings readers back';
    const next = { do: 'rollback', projection: 'product_search' } as const;
    expect(
      status({ verdict: { kind: 'no-readers', text, next } })
        .split('\n')
        .slice(0, 2),
    ).toEqual([`product_search: ${text}`, '  next        ./reprise rollback --projection product_search']);
  });

  it('shows which documents the store refused in the last runs, and why', () => {
    const run = { runId: 'r', outcome: 'refused', exitCode: 2, endedAt: null, state: 'FAILED' as const };
    const startedAt = new Date('2026-01-01T00:00:00Z');
    const refused = { documents: 7, first: [{ id: 'p1', reason: 'title is no number' }] };
    const text = status({ lastRuns: [{ ...run, startedAt, refused }] });
    expect(text).toMatch(/r refused \(exit 2\)\n +the store refused 7 documents:\n +p1: title is no number$/);
    expect(status({ lastRuns: [{ ...run, startedAt, refused: null }] })).not.toContain('the store refused');
  });

  it('shows what was done to the readers’ alias by hand', () => {
    const readers = { alias: 'a', on: ['g'], caveats: ['it has the filter {}'], unreachable: null };
    expect(status({ readers })).toContain(
      '\n  readers     their alias was set up by hand: it has the filter {}\n',
    );
  });

  it('names what does not fit together', () => {
    const text = status({ orphans: ['foreign'], missing: ['gone'] });
    expect(text).toContain('orphan      foreign');
    expect(text).toContain('gone        gone is in the registry');
  });
});

import { loadContexts } from '@reprise/contexts';
import type { Projection } from '@reprise/read-model-projections';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OptionReader, type RawOptions } from '../line/option-reader.ts';
import { readRequest } from './rebuild-request.ts';

const search = { projection: 'product_search' };
const { contexts, module } = await loadContexts<Projection>({});
const invocation = { env: {}, contexts, declaredIn: module };
const read = (raw: RawOptions) => readRequest(new OptionReader({ ...search, ...raw }, []), invocation);

function problemsOf(raw: RawOptions): string[] {
  try {
    read(raw);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').flatMap((line) => /^ {2}- (.*)$/.exec(line)?.[1] ?? []);
  }
}

describe('the options of a rebuild', () => {
  it('are a whole rebuild, promoted, unless they say otherwise', () => {
    expect(read({})).toMatchObject({
      mode: 'APPLY',
      source: 'kafka',
      promote: true,
      resume: 'auto',
      deep: false,
      canaries: [],
      maxEventsPerSecond: 0,
      part: undefined,
    });
    expect(read({})).not.toHaveProperty('untilTime');
    expect(read({})).not.toHaveProperty('diffLimit');
    expect(read({ mode: 'DRY_RUN', diff: true, diffLimit: '5' })).toMatchObject({ diffLimit: 5 });
  });

  it.each<[string, RawOptions, string]>([
    ['both ways to treat an interrupted run', { resume: true, restart: true }, 'exclude each other'],
    ['resuming a snapshot', { resume: true, source: 'event-store' }, '--resume needs a source'],
    ['a comparison after a real run', { diff: true }, '--diff belongs to --dry-run'],
    ['a limit without a comparison', { mode: 'DRY_RUN', diffLimit: '3' }, '--diff-limit belongs to --diff'],
    ['a deep gate in a dry run', { mode: 'DRY_RUN', deep: true }, '--deep needs a generation'],
    ['resuming a dry run', { mode: 'DRY_RUN', resume: true }, '--resume needs a generation'],
    ['a day that no calendar has', { untilTs: '2026-02-31T00:00:00Z' }, '--until-ts must be a moment'],
    ['no product at all', { aggregateId: [',', ''] }, '--aggregate-id names no aggregate'],
    [
      'a moment to begin with that is to come',
      { fromTs: '2999-01-01T00:00:00Z' },
      '--from-ts 2999-01-01T00:00:00.000Z lies in the future',
    ],
    [
      'a moment before any log',
      { untilTs: '1970-01-01T00:00:00+01:00' },
      '--until-ts 1969-12-31T23:00:00.000Z lies before 1970',
    ],
    ['a moment to come', { untilTs: '2999-01-01T00:00:00Z' }, 'lies in the future'],
    [
      'a part of the log as of a moment',
      { maxEvents: '1', untilTs: '2026-01-01T00:00:00Z' },
      '--until-ts belongs to a whole rebuild',
    ],
    [
      'a gate for a part of the log',
      { fromTs: '2026-01-01T00:00:00Z', deep: true },
      '--deep belongs to a whole',
    ],
    ['two beginnings', { fromTs: '2026-01-01T00:00:00Z', fromEventId: 'x' }, 'exclude each other'],
    ['searches in a table', { projection: 'product_summary', canary: '/no/file' }, 'is not a search index'],
    ['a file that is not there', { canary: '/no/file' }, '--canary /no/file cannot be read'],
  ])('refuse %s', (_what, raw, problem) => {
    expect(problemsOf(raw)).toContainEqual(expect.stringContaining(problem));
  });

  it('name products divided by commas, in several options, or both', () => {
    expect(read({ aggregateId: ['a,b', 'c', 'b'] }).part).toEqual({
      aggregateIds: ['a', 'b', 'c'],
      maxEvents: 0,
    });
  });

  it('are refused with everything that is wrong at once, canary queries among it', () => {
    const directory = mkdtempSync(join(tmpdir(), 'canaries-'));
    const canary = join(directory, 'canaries.json');
    writeFileSync(canary, JSON.stringify([{ query: {} }]));
    expect(
      problemsOf({
        canary,
        diff: true,
        resume: true,
        restart: true,
        maxEventsPerSecond: '-1',
        progress: 'loud',
      }),
    ).toEqual([
      expect.stringContaining('--max-events-per-second must be'),
      expect.stringContaining('query 1: "expectedIds" or "minOverlap" is required'),
      expect.stringContaining('--progress must be one of'),
      '--resume and --restart exclude each other',
      expect.stringContaining('--diff belongs to'),
    ]);
    rmSync(directory, { recursive: true });
  });
});

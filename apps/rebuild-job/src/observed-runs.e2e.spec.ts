import type { ProductEvent } from '@reprise/product-events';
import type { Registry } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import {
  afterFile,
  eventually,
  freshTopic,
  spawnApp,
  terminalShows,
  testEndpoints,
  type SpawnedApp,
} from '@reprise/test-kit';
import { httpProxy } from '@reprise/test-kit/proxies';
import { inOwnTerminal, ownReadModel } from '@reprise/cli/testing';

const main = 'apps/rebuild-job/src/main.ts';
const projection = 'product_search';
/** Slow enough to be met running, however long a busy machine takes: the log of 600 events takes at least 2 minutes. */
const slow = ['rebuild', '--projection', projection, '--max-events-per-second', '5'];

let registry: Registry;
let env: Record<string, string>;

function catalogue(products: number): ProductEvent[] {
  return Array.from({ length: products }, () =>
    productHistory({ events: [step.created(), step.published()] }),
  ).flat();
}

async function rebuildJob(args: readonly string[], overrides: Record<string, string> = {}) {
  const app = spawnApp(main, { args, env: { ...env, ...overrides } });
  const { code } = await app.exit();
  return { code, stdout: app.stdout(), text: app.output.map(({ text }) => text).join('\n') };
}

const isReading = ({ pid }: SpawnedApp) =>
  eventually(async () => {
    const [run] = await registry.listRuns({ projection, limit: 1 });
    expect(run).toMatchObject({ pid, progress: { step: 'build' } });
    expect(Number(run!.progress!['eventsRead'])).toBeGreaterThan(0);
    expect(Number(run!.progress!['eventsPerSecond'])).toBeGreaterThan(0);
  });

beforeAll(async () => {
  const topic = await freshTopic({ partitions: 2 });
  ({ registry, env } = await ownReadModel(topic));
  await produce(topic, catalogue(300));
});

describe('a run that is watched', () => {
  it('reports as JSON lines, shows the same in another terminal, and is lost when it is killed', async () => {
    const run = spawnApp(main, { args: [...slow, '--progress', 'json'], env });
    await isReading(run);
    const { stdout } = await rebuildJob(['status', '--projection', projection, '--verbose']);
    expect(stdout).toMatch(/running +build \d+% of 600 events, \d+ events\/s, \d+ s left\n/);
    expect(stdout).toMatch(/\d+ documents written, \d+ MB\n/);
    expect(stdout).toMatch(/partition 0 {2}\d+ of \d+ {2}(\d+ events\/s|done)/);
    await run.kill('SIGKILL');
    const reports = run.output
      .filter(({ text }) => text.startsWith('{"projection"'))
      .map(({ text }) => JSON.parse(text) as Record<string, unknown>)
      .filter((line) => line['step'] === 'build');
    expect(reports.at(-1)).toMatchObject({
      projection,
      percent: expect.any(Number),
      eventsInLog: 600,
      eventsPerSecond: expect.any(Number),
      secondsLeft: expect.any(Number),
      rssBytes: expect.any(Number),
      partitions: [{ partition: 0, position: expect.any(String) }, { partition: 1 }],
      stall: null,
    });
    // About what it was allowed; the first part comes at once.
    expect(Number(reports.at(-1)!['eventsPerSecond'])).toBeLessThan(10);

    const after = await rebuildJob(['status', '--projection', projection, '--json']);
    const [status] = JSON.parse(after.stdout) as [Record<string, unknown>];
    const { runId } = reports.at(-1)!;
    expect(status).toMatchObject({ running: { runId, lost: true }, lastRuns: [{ runId, state: 'LOST' }] });
    expect((await rebuildJob(['status', '--projection', projection])).stdout).toContain('(process gone)');
    expect((await rebuildJob(['cancel', '--projection', projection])).stdout).toContain('is lost');
  });

  it('ends at once at the second signal, with its code, and the next run succeeds', async () => {
    const run = spawnApp(main, { args: [...slow, '--json'], env });
    await isReading(run);
    // Both signals are there before the process can do anything about the first.
    run.signal('SIGSTOP');
    run.signal('SIGINT');
    run.signal('SIGTERM');
    run.signal('SIGCONT');
    const { code } = await run.exit();
    // Which of the two comes second is the kernel's choice.
    expect([130, 143]).toContain(code);
    // After one signal it would have saved, and said so on stdout.
    expect(run.stdout()).toBe('');
    expect((await registry.listRuns({ projection, limit: 1 }))[0]).toMatchObject({ state: 'RUNNING' });
    const next = await rebuildJob(['rebuild', '--projection', projection, '--json']);
    expect(next.code).toBe(0);
    expect(JSON.parse(next.stdout)).toMatchObject({ outcome: 'promoted', documents: { live: 300 } });
  });
});

describe('a run in a terminal', () => {
  /** What stood in the live line, oldest first. */
  const liveLines = (output: string) =>
    output
      .split('\r\u001b[2K')
      .slice(1)
      .map((rest) => rest.split(/[\r\n]/)[0]!);

  it('keeps its live line in one row at 120, 80 and 40 columns, also when the window changes meanwhile', async () => {
    const run = inOwnTerminal(slow, env, { columns: 120 });
    await terminalShows(run, /build \d+% of 600 events.*documents written/);
    for (const columns of [80, 40]) {
      const before = run.output().length;
      run.resize(columns);
      await eventually(() => {
        const lines = liveLines(run.output().slice(before));
        expect(lines.filter((line) => line.length === columns - 1 && line.endsWith('>'))).not.toEqual([]);
      });
      const since = liveLines(run.output().slice(before));
      // What was drawn before the process heard of the change may still arrive.
      const settled = since.slice(
        since.findIndex((line) => line.length === columns - 1 && line.endsWith('>')),
      );
      expect(settled.filter((line) => line.length >= columns)).toEqual([]);
    }
    await registry.requestCancel(projection);
    expect(await run.ended).toBe(130);
    expect(liveLines(run.output()).filter((line) => line.length >= 120)).toEqual([]);
    expect(run.output()).not.toMatch(/preflight \d|[^\r]\n/);
  });

  it('names the cause of a standstill once while Elasticsearch is away, and carries on with it', async () => {
    const proxy = await httpProxy(testEndpoints().env['ELASTICSEARCH_NODE']!);
    afterFile(() => proxy.close());
    let isAway = false;
    proxy.inject(({ path }) => {
      isAway ||= path.includes('_bulk');
      return isAway ? { kind: 'reset' } : undefined;
    });
    const run = inOwnTerminal(['rebuild', '--projection', projection], {
      ...env,
      ELASTICSEARCH_NODE: proxy.url,
    });
    await terminalShows(run, /stands still for \d+ s/);
    await terminalShows(run, 'nothing has moved');
    proxy.inject(undefined);
    expect(await run.ended).toBe(0);
    const notices = run.output().match(/(waiting and trying again|nothing has moved|it moves again)/g);
    // A busy machine may stand still again later.
    expect(notices?.slice(0, notices.indexOf('it moves again') + 1)).toEqual([
      'waiting and trying again',
      'nothing has moved',
      'it moves again',
    ]);
  });
});

describe('a generation chosen by name', () => {
  it('as of a moment is built, named as such, judged, and promoted only so', async () => {
    const untilTs = new Date(Date.now() - 1).toISOString();
    const built = await rebuildJob(['rebuild', '--projection', projection, '--until-ts', untilTs, '--json']);
    expect(built.code).toBe(0);
    const { generation, outcome } = JSON.parse(built.stdout) as {
      generation: { name: string };
      outcome: string;
    };
    expect(outcome).toBe('built');
    expect((await rebuildJob(['status', '--projection', projection])).stdout).toContain(
      `as of ${untilTs}, not fed`,
    );
    const promoted = await rebuildJob(['promote', '--generation', generation.name, '--deep', '--json']);
    expect(promoted.text).toContain('readers will see nothing later');
    expect(promoted.code).toBe(0);
    expect(JSON.parse(promoted.stdout)).toMatchObject({
      projection,
      to: generation.name,
      untilTs,
      gate: expect.arrayContaining([
        expect.objectContaining({ check: 'content of every document', passed: true }),
      ]),
    });
  });
});

describe('several projections', () => {
  it('are all tried by a rollback, and reported, when one of them fails', async () => {
    const { code, stdout, text } = await rebuildJob(['rollback', '--projection', 'all', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ projection, to: expect.any(String) }),
      expect.objectContaining({ projection: 'product_summary', outcome: 'failed', exitCode: 2 }),
      expect.objectContaining({ projection: 'category_summary', outcome: 'failed', exitCode: 2 }),
    ]);
    expect(text).toContain('no generation of product_summary on standby');
  });
});

describe('a dry run on the command line', () => {
  it('shows what would change and ends with 0 or 2', async () => {
    const { code, stdout } = await rebuildJob([
      'rebuild',
      '--projection',
      projection,
      '--mode',
      'DRY_RUN',
      '--diff',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/would write +300 documents/);
    expect(stdout).toMatch(/would take +[\d.]+ s \(by run /);
    expect(stdout).toMatch(
      /would change +0 missing, 0 extra, 0 stale, 0 different, 0 in flight, against product_search_v2/,
    );
    expect(stdout).toMatch(/unhandled +none/);
  });
});

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { Client } from 'pg';
import type { ProgressPicture } from '../build/build-progress.ts';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';

const products = 3_000;
let model: TestReadModel;
let workDirectory: string;

/** Runs a rebuild that is stopped once a part of the only partition is read. */
function stoppedHalfWay(options: Parameters<TestReadModel['rebuild']>[0] = {}) {
  const stop = new AbortController();
  const onProgress = ({ slices: [slice] }: ProgressPicture) => {
    if (slice && slice.position > 0n && slice.position < slice.end) stop.abort(new Error('received SIGTERM'));
  };
  return model.rebuild(
    { resume: 'restart', ...options },
    { signal: stop.signal, onProgress, progressIntervalMs: 1, workDirectory },
  );
}

/** What the account of these tests has in the work directory. */
function onlyRoot(): string {
  const [name, ...others] = readdirSync(workDirectory);
  expect(others).toEqual([]);
  return join(workDirectory, name!);
}

beforeAll(async () => {
  model = await testReadModel({ partitions: 1 });
  workDirectory = mkdtempSync(join(tmpdir(), 'half-read-'));
  const lives = Array.from({ length: products }, () =>
    productHistory({ events: [step.created(), step.published(), step.stockAdjusted(1)] }),
  );
  // Each call is one request, which the broker takes up to a megabyte of.
  for (const at of [0, 1, 2])
    for (let from = 0; from < products; from += 1_000)
      await produce(
        model.topic,
        lives.slice(from, from + 1_000).map((life) => life[at]!),
      );
});
afterAll(() => rmSync(workDirectory, { recursive: true, force: true }));

describe('a rebuild that is stopped within a partition', () => {
  it.each([512 << 20, 1])(
    'resumes from there to the same digest, with %i bytes of memory',
    async (memoryBytes) => {
      const undisturbed = await model.rebuild({ promote: false });
      const stopped = await stoppedHalfWay({ memoryBytes });
      expect(stopped.receipt).toMatchObject({ outcome: 'cancelled', cutover: null });
      const { uuid } = stopped.receipt.generation!;
      expect(readdirSync(join(onlyRoot(), 'half-read'))).toEqual([uuid]);
      const { receipt } = await model.rebuild({ resume: 'resume', memoryBytes }, { workDirectory });
      expect(receipt).toMatchObject({
        outcome: 'promoted',
        generation: { uuid },
        digest: undisturbed.receipt.digest,
        events: { read: 3 * products, applied: 3 * products },
      });
      expect(receipt.events.readByThisRun).toBeLessThan(3 * products);
      expect(readdirSync(workDirectory)).toEqual([]);
    },
  );

  it('keeps what it has saved in a directory of its account, under a new name each time', async () => {
    await stoppedHalfWay();
    const first = onlyRoot();
    expect(statSync(first).mode & 0o777).toBe(0o700);
    await model.rebuild({ resume: 'restart', promote: false }, { workDirectory });
    await stoppedHalfWay();
    expect(onlyRoot()).not.toBe(first);
  });

  it('neither fails nor removes anything where a checkpoint names a directory that others may write to', async () => {
    const stopped = await stoppedHalfWay();
    const elsewhere = join(mkdtempSync(join(tmpdir(), 'half-read-shared-')), 'shared');
    mkdirSync(join(elsewhere, 'precious'), { recursive: true });
    chmodSync(elsewhere, 0o777);
    const registry = new Client({ connectionString: model.databaseUrl });
    await registry.connect();
    await registry.query(
      `UPDATE registry.runs SET checkpoint = jsonb_set(checkpoint, '{halfRead,0,directory}', to_jsonb($2::text)) WHERE run_id = $1`,
      [stopped.receipt.runId, join(elsewhere, 'precious')],
    );
    await registry.end();
    const notices: string[] = [];
    const { receipt } = await model.rebuild(
      { resume: 'resume' },
      { workDirectory, onNotice: (line) => notices.push(line) },
    );
    expect(receipt).toMatchObject({ outcome: 'promoted', events: { readByThisRun: 3 * products } });
    expect(readdirSync(elsewhere)).toEqual(['precious']);
    expect(notices.join('\n')).toMatch(/precious is no longer needed and could not be removed/);
    rmSync(join(elsewhere, '..'), { recursive: true });
  });

  it('reads the partition again where its snapshot is gone, and says so', async () => {
    const stopped = await stoppedHalfWay();
    rmSync(onlyRoot(), { recursive: true });
    const notices: string[] = [];
    const { receipt } = await model.rebuild(
      { resume: 'resume' },
      { workDirectory, onNotice: (line) => notices.push(line) },
    );
    expect(receipt).toMatchObject({
      outcome: 'promoted',
      generation: { uuid: stopped.receipt.generation!.uuid },
      events: { read: 3 * products, readByThisRun: 3 * products },
    });
    expect(notices.join('\n')).toContain('partition 0 is read from its beginning');
  });

  it('reports what it has read itself, also when it resumes and is stopped again', async () => {
    const first = await stoppedHalfWay();
    const again = await stoppedHalfWay({ resume: 'resume', promote: false });
    expect(first.receipt.events.read).toBeGreaterThan(0);
    expect(again.receipt.events.readByThisRun).toBeGreaterThanOrEqual(0);
    expect(again.receipt.events.read).toBe(first.receipt.events.read + again.receipt.events.readByThisRun);
  });

  it('leaves nothing on disk when it is abandoned for a new generation', async () => {
    await stoppedHalfWay();
    expect(readdirSync(onlyRoot())).toEqual(['half-read']);
    await model.rebuild({ resume: 'restart', promote: false }, { workDirectory });
    expect(readdirSync(workDirectory)).toEqual([]);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { freshTopic, testEndpoints } from '@reprise/test-kit';
import { type OwnReadModel, ownReadModel } from '@reprise/cli/testing';

const root = join(import.meta.dirname, '../../..');
const projection = 'product_search';
let model: OwnReadModel;

beforeAll(async () => {
  const topic = await freshTopic({ partitions: 2 });
  for (let product = 0; product < 30; product++)
    await produce(topic, productHistory({ events: [step.created(), step.published()] }));
  model = await ownReadModel(topic);
});

/** Runs the job with outputs that nobody reads: pipes whose reader is gone, or a device that is full. */
async function unread(outputs: 'closed pipes' | 'full device', ...args: string[]): Promise<number | null> {
  const full = outputs === 'full device' ? openSync('/dev/full', 'w') : undefined;
  const output = full ?? 'pipe';
  const child = spawn(
    process.execPath,
    ['--conditions=@reprise/source', '--import=./tools/dev.mjs', 'apps/rebuild-job/src/main.ts', ...args],
    {
      cwd: root,
      env: { ...process.env, ...testEndpoints().env, ...model.env, NODE_OPTIONS: '' },
      stdio: ['ignore', output, output],
    },
  );
  child.stdout?.destroy();
  child.stderr?.destroy();
  const [code] = (await once(child, 'exit')) as [number | null];
  if (full !== undefined) closeSync(full);
  return code;
}

describe('output that nobody reads', () => {
  it.each(['closed pipes', 'full device'] as const)(
    'changes neither what a run does nor its code: %s',
    async (outputs) => {
      const rebuild = ['rebuild', '--projection', projection, '--progress', 'json'];
      expect(await unread(outputs, ...rebuild, '--max-events-per-second', '40')).toBe(0);
      const [run] = await model.registry.listRuns({ projection, limit: 1 });
      expect(run).toMatchObject({ state: 'DONE', outcome: 'promoted' });
      const [live] = await model.registry.listGenerations({ projection, states: ['LIVE'] });
      expect(live).toBeDefined();
      expect(await unread(outputs, 'status', '--json')).toBe(0);
      expect(await unread(outputs, 'rebuild', '--projection', 'none')).toBe(1);
      expect(await unread(outputs, 'verify', '--projection', projection, '--aggregate-id', 'nobody')).toBe(2);
    },
  );
});

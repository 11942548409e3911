import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReadModelPool } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { afterFile } from '@reprise/test-kit';
import { testReadModel } from '../testing/read-model.ts';

it('leaves nothing in the work directory when the registry does not take the run', async () => {
  const model = await testReadModel({ partitions: 1 });
  await produce(model.topic, productHistory({ events: [step.created()] }));
  const workDirectory = mkdtempSync(join(tmpdir(), 'not-entered-'));
  afterFile(() => rmSync(workDirectory, { recursive: true, force: true }));
  const owner = createReadModelPool(model.ownerUrl, { max: 1 });
  afterFile(() => owner.end());
  await owner.query('ALTER TABLE registry.runs ADD CONSTRAINT no_run CHECK (false)');
  await expect(model.rebuild({}, { workDirectory })).rejects.toThrow('no_run');
  expect(readdirSync(workDirectory)).toEqual([]);
  await owner.query('ALTER TABLE registry.runs DROP CONSTRAINT no_run');
  expect((await model.rebuild({}, { workDirectory })).receipt.outcome).toBe('promoted');
  expect(readdirSync(workDirectory)).toEqual([]);
});

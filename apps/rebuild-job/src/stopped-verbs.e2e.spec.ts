import { createReadModelPool, Registry, runReadModelMigrations } from '@reprise/read-model-indices';
import {
  afterFile,
  elasticsearch,
  eventually,
  freshDatabase,
  freshName,
  freshTopic,
  produce,
  productHistory,
  spawnApp,
  step,
} from '@reprise/test-kit';

const projection = 'product_search';

async function rebuilt(env: Record<string, string>, ...args: string[]): Promise<string> {
  const app = spawnApp('apps/rebuild-job/src/main.ts', {
    args: ['rebuild', '--projection', projection, '--json', ...args],
    env,
  });
  await app.exit(60_000);
  return (JSON.parse(app.stdout()) as { generation: { name: string } }).generation.name;
}

it('ends a promotion that waits with the code of the signal, readers where they were', async () => {
  const topic = await freshTopic({ partitions: 1 });
  await produce(topic, productHistory({ events: [step.created(), step.published()] }));
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  const pool = createReadModelPool(database.url);
  const registry = new Registry(pool);
  afterFile(async () => {
    for (const { name } of await registry.listGenerations())
      await elasticsearch().indices.delete({ index: name, ignore_unavailable: true });
    await pool.end();
  });
  const alias = freshName('test_search');
  const env = {
    PRODUCT_EVENTS_TOPIC: topic.name,
    SEARCH_ALIAS: alias,
    READ_MODEL_DATABASE_URL: database.url,
  };
  const live = await registry.findGeneration(await rebuilt(env));
  const next = await rebuilt(env, '--no-promote');
  // A consumer that feeds what is live and never takes the next one on.
  const beat = () => registry.beat('stuck', [{ generation: live!.uuid, partitions: [0] }]);
  await beat();
  const beats = setInterval(() => void beat(), 1_000);
  const waiting = spawnApp('apps/rebuild-job/src/main.ts', { args: ['promote', '--generation', next], env });
  const probe = { runId: live!.uuid, holder: 'the test', ttlMs: 0 };
  await eventually(async () =>
    expect(await registry.acquireLease(projection, probe)).toMatchObject({ acquired: false }),
  );
  const { code } = await waiting.kill('SIGTERM');
  clearInterval(beats);
  expect(code).toBe(143);
  expect(Object.keys(await elasticsearch().indices.getAlias({ name: alias }))).toEqual([live!.name]);
});

import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch, eventually, freshTopic, spawnApp } from '@reprise/test-kit';
import { ownReadModel } from '@reprise/cli/testing';

const projection = 'product_search';

async function rebuilt(env: Record<string, string>, ...args: string[]): Promise<string> {
  const app = spawnApp('apps/rebuild-job/src/main.ts', {
    args: ['rebuild', '--projection', projection, '--json', ...args],
    env,
  });
  await app.exit();
  return (JSON.parse(app.stdout()) as { generation: { name: string } }).generation.name;
}

it('ends a promotion that waits with the code of the signal, readers where they were', async () => {
  const topic = await freshTopic({ partitions: 1 });
  await produce(topic, productHistory({ events: [step.created(), step.published()] }));
  const { registry, alias, env, fedBy } = await ownReadModel(topic);
  const live = await registry.findGeneration(await rebuilt(env));
  const next = await rebuilt(env, '--no-promote');
  // A consumer that feeds what is live and never takes the next one on.
  await fedBy('stuck', [live!]);
  const waiting = spawnApp('apps/rebuild-job/src/main.ts', { args: ['promote', '--generation', next], env });
  const probe = { runId: live!.uuid, holder: 'the test', ttlMs: 0 };
  await eventually(async () =>
    expect(await registry.acquireLease(projection, probe)).toMatchObject({ acquired: false }),
  );
  const { code } = await waiting.kill('SIGTERM');
  expect(code).toBe(143);
  expect(Object.keys(await elasticsearch().indices.getAlias({ name: alias }))).toEqual([live!.name]);
});

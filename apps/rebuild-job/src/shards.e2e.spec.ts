import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch, eventually, freshTopic, spawnApp } from '@reprise/test-kit';
import { ownReadModel } from '@reprise/cli/testing';

const projection = 'product_search';

it('G5: gives the digest of one process although shards were killed in the middle and before the gate', async () => {
  const topic = await freshTopic({ partitions: 4 });
  await produce(
    topic,
    Array.from({ length: 300 }, () => productHistory({ events: [step.created(), step.published()] })).flat(),
  );
  const { registry, alias, env } = await ownReadModel(topic);
  const spawnVerb = (verb: string, args: string[], further: Record<string, string> = {}) =>
    spawnApp('apps/rebuild-job/src/main.ts', {
      args: [verb, '--projection', projection, '--json', ...args],
      env: { ...env, ...further },
    });
  const rebuilt = async (app: ReturnType<typeof spawnApp>) => {
    const { code } = await app.exit();
    const receipt = JSON.parse(app.stdout()) as { outcome: string; digest: string; generation: object };
    return { code, ...receipt };
  };
  const whole = await rebuilt(spawnVerb('rebuild', ['--no-promote']));

  const ofJob = { JOB_COMPLETION_INDEX: '1', JOB_COMPLETIONS: '2' };
  const slow = spawnVerb('rebuild', ['--max-events-per-second', '20'], ofJob);
  await eventually(async () => {
    const runId = (await registry.shards.newest(projection))!.parts[1]!.runId!;
    expect((await registry.findRun(runId))!.progress!['eventsRead']).toBeGreaterThan(0);
  });
  await slow.kill('SIGKILL');
  const first = await rebuilt(spawnVerb('rebuild', ['--shard', '0/2']));
  expect(first).toMatchObject({ code: 0, outcome: 'shard-built', shard: { index: 0, of: 2, open: [1] } });
  const status = spawnVerb('status', []);
  await status.exit();
  const [{ shards }] = JSON.parse(status.stdout()) as [{ shards: { shards: { state: string }[] } }];
  expect(shards.shards.map(({ state }) => state)).toEqual(['built', 'not at work']);

  const probe = { runId: '00000000-0000-4000-8000-000000000000', holder: 'the test', ttlMs: 600_000 };
  const last = spawnVerb('rebuild', ['--max-events-per-second', '60'], ofJob);
  // The process that finishes needs the projection's own lease: with it in the test's hands, it stands right before the gate.
  await eventually(async () => {
    const [part] = (await registry.shards.newest(projection))!.parts.slice(1);
    expect(await registry.findRun(part!.runId!)).toMatchObject({ state: 'RUNNING', shard: '1/2' });
  });
  let lease = await registry.acquireLease(projection, probe);
  while (!lease.acquired) lease = await registry.acquireLease(projection, probe);
  await eventually(async () => {
    const { outcome, parts } = (await registry.shards.newest(projection))!;
    expect({ outcome, built: parts.map(({ built }) => built) }).toEqual({
      outcome: null,
      built: [true, true],
    });
  });
  await last.kill('SIGKILL');
  await registry.releaseLease(lease.fence);
  expect(await elasticsearch().indices.existsAlias({ name: alias })).toBe(false);

  const again = await rebuilt(spawnVerb('rebuild', ['--shard', '0/2']));
  expect(again).toMatchObject({
    code: 0,
    outcome: 'promoted',
    digest: whole.digest,
    generation: first.generation,
  });
  const finished = await rebuilt(spawnVerb('rebuild', [], ofJob));
  expect(finished).toMatchObject({ code: 0, outcome: 'shard-built', generation: first.generation });
  expect(Object.keys(await elasticsearch().indices.getAlias({ name: alias }))).toEqual([
    (again.generation as { name: string }).name,
  ]);
});

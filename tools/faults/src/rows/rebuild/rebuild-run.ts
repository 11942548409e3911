import { rebuild, successfulRebuild } from '../../cluster/rebuild.ts';
import { servingIndex, settled } from '../../oracle/documents.ts';
import { checkUntouched, observeUntouched } from '../../oracle/isolation.ts';
import type { Row, Scene } from '../../row.ts';
import { checkAlias, watchAlias } from '../../traffic/alias.ts';
import { seed } from '../../traffic/seed.ts';
import { checkSame } from '../../waiting.ts';

const jobSpec = 'apps/rebuild-job/src/rebuild-job.e2e.spec.ts';

/** Everything a dry run could leave: generations, runs, indices behind the alias, temporary tables. */
async function registryContent({ world }: Scene): Promise<unknown> {
  const tables = ['generations', 'generation_positions', 'runs', 'leases'];
  const counts = tables.map((table) => `(SELECT count(*)::int FROM registry.${table}) AS ${table}`);
  const { rows } = await world.read.query(`SELECT ${counts.join(', ')}`);
  const { body } = await world.search.call('GET', '_resolve/index/product_search_v*');
  return { ...rows[0], indices: (body['indices'] as unknown[]).length };
}

async function dryAndPartialRuns(scene: Scene): Promise<void> {
  const { world, faults } = scene;
  const events = await seed(world, { products: 60, events: 5, upTo: 'log' });
  await successfulRebuild(world);
  const serving = await servingIndex(world);
  const [content, untouched] = [await registryContent(scene), await observeUntouched(world)];
  const dry = await rebuild(world, ['--mode', 'DRY_RUN']);
  checkSame(dry.code, 0, `the exit code of the dry run\n${dry.text.slice(-500)}\n`);
  faults.count('dry run');
  await checkUntouched(world, untouched);
  checkSame(await registryContent(scene), content, 'I8: registry and indices after a dry run');
  const subject = events[0]?.subject ?? '';
  for (const part of [
    ['--max-events', '50'],
    ['--from-ts', '2026-01-01T00:00:03Z'],
    ['--aggregate-id', subject],
  ]) {
    const { code, text } = await rebuild(world, part);
    checkSame(code, 0, `the exit code with ${part.join(' ')}\n${text.slice(-500)}\n`);
    faults.count('partial run');
    checkSame(await servingIndex(world), serving, `I6: the serving index after ${part.join(' ')}`);
  }
  await settled(world);
}

async function tampered({ world, faults, note }: Scene): Promise<void> {
  await seed(world, { products: 60, events: 5, upTo: 'log' });
  await successfulRebuild(world);
  const serving = await servingIndex(world);
  const alias = watchAlias(world);
  const changes: readonly (readonly [
    string,
    (index: string, id: string) => readonly [string, string, unknown?],
  ])[] = [
    ['a document removed', (index, id) => ['DELETE', `${index}/_doc/${id}?refresh=true`]],
    [
      'a document added',
      (index) => [
        'PUT',
        `${index}/_doc/extra?refresh=true`,
        { productId: 'extra', version: 1, status: 'draft' },
      ],
    ],
    [
      'a digest changed',
      (index, id) => [
        'POST',
        `${index}/_update/${id}?refresh=true`,
        { doc: { stock: 7, reprise: { bucket: 1, high: 1, low: 1 } } },
      ],
    ],
  ];
  for (const [name, change] of changes) {
    const { proxy, env } = await world.http();
    let changed = false;
    // The gate asks for counts and digests with a search; what is changed before it is carried out must be noticed.
    let changing: Promise<unknown> = Promise.resolve();
    proxy.inject(({ method, path }) => {
      const index = /^\/(product_search_v[^/]*)\/_settings/.exec(path)?.[1];
      if (method !== 'PUT' || index === undefined || changed) return undefined;
      changed = true;
      const act = (): void => {
        changing = world.search.documents(index).then(async ([first]) => {
          const { status } = await world.search.call(...change(index, first?.id ?? ''));
          if (status < 300) faults.count(`new index tampered with: ${name}`);
        });
      };
      // Its answer lost, the call is repeated while the change is made.
      return { kind: 'after', act };
    });
    const { code, text } = await rebuild(world, ['--restart'], { env });
    await changing;
    checkSame(code, 2, `I12: the exit code with ${name}\n${text.slice(-600)}\n`);
    checkSame(await servingIndex(world), serving, 'I6: the serving index');
  }
  await checkAlias(world, await alias.stop());
  await successfulRebuild(world);
  await settled(world);
  note('refused each time; the next run passed');
}

async function drift({ world, faults, note }: Scene): Promise<void> {
  await seed(world, { products: 200, events: 4, upTo: 'log' });
  await successfulRebuild(world);
  const index = await servingIndex(world);
  const documents = await world.search.documents(index);
  for (const { id, version, source } of documents.slice(0, 10)) {
    const path = `${index}/_doc/${id}?version=${version}&version_type=external_gte`;
    await world.search.call('PUT', path, { ...source, title: 'not what the log says' });
    faults.count('document corrupted');
  }
  for (const { id } of documents.slice(10, 13)) {
    await world.search.call('DELETE', `${index}/_doc/${id}`);
    faults.count('document removed');
  }
  const template = documents[13];
  for (const number of [1, 2]) {
    const productId = `00000000-0000-4000-8000-00000000000${number}`;
    await world.search.call('PUT', `${index}/_doc/${productId}?refresh=true`, {
      ...template?.source,
      productId,
    });
    faults.count('document added');
  }
  const verify = ['verify', '--projection', 'product_search', '--deep', '--json', '--limit', '50'];
  const found = await world.job(verify);
  checkSame(found.code, 2, `I12: the exit code of verify\n${found.text.slice(-600)}\n`);
  const { counts } = JSON.parse(found.stdout) as { counts: Record<string, number> };
  const { missing, extra, different } = counts;
  checkSame({ missing, extra, different }, { missing: 3, extra: 2, different: 10 }, 'what verify reports');
  await successfulRebuild(world);
  const after = await world.job(verify);
  checkSame(after.code, 0, `the exit code of verify after the rebuild\n${after.text.slice(-600)}\n`);
  await settled(world);
  note('15 of 15 found, and none after a rebuild');
}

export const rebuildRunRows: readonly Row[] = [
  {
    id: 'B3',
    title: 'Two rebuilds at once; the holder is killed',
    inject: 'a second one beside a stopped one, SIGKILL of the first',
    expect: 'exit 3, nothing touched; the lock frees itself',
    invariants: ['I6', 'I12', 'I13'],
    kind: 'spec',
    specs: [{ file: jobSpec, titles: ['G9: makes a second one exit 3'] }],
  },
  {
    id: 'B12',
    title: 'Dry and partial runs',
    inject: 'DRY_RUN, --max-events, --from-ts, --aggregate-id',
    expect: 'readers never move; a dry run writes nothing at all',
    invariants: ['I6', 'I8'],
    kind: 'scenario',
    fires: ['dry run', 'partial run'],
    run: dryAndPartialRuns,
  },
  {
    id: 'B13',
    title: 'The new index is changed before the gate',
    inject: 'a document removed, one added, a digest changed',
    expect: 'exit 2, no switch',
    invariants: ['I5', 'I6', 'I12'],
    kind: 'scenario',
    fires: [
      'new index tampered with: a document removed',
      'new index tampered with: a document added',
      'new index tampered with: a digest changed',
    ],
    run: tampered,
  },
  {
    id: 'V1',
    title: '10 documents corrupted, 3 removed, 2 added',
    inject: 'direct writes to the serving index',
    expect: 'verify reports exactly these, exit 2; healed, it is clean',
    invariants: ['I5', 'I12'],
    kind: 'scenario',
    fires: ['document corrupted', 'document removed', 'document added'],
    run: drift,
  },
  {
    id: 'V1b',
    title: 'The same in every read model, healed by repairs',
    inject: 'direct writes to index and tables',
    expect: 'verify --repair reports exactly these, then none',
    invariants: ['I5', 'I12'],
    kind: 'spec',
    specs: [{ file: 'apps/rebuild-job/src/verify-repair.e2e.spec.ts', titles: ['V1: finds'] }],
  },
];

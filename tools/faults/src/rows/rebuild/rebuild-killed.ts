import {
  killedRebuild,
  ownTemporaryFolder,
  rebuild,
  successfulRebuild,
  type KillPoint,
} from '../../cluster/rebuild.ts';
import { checkNoDebris } from '../../oracle/debris.ts';
import { servingIndex, settled } from '../../oracle/documents.ts';
import { checkUntouched, observeUntouched } from '../../oracle/isolation.ts';
import type { Row, Scene } from '../../row.ts';
import { checkAlias, watchAlias } from '../../traffic/alias.ts';
import { seed } from '../../traffic/seed.ts';
import { check, checkSame } from '../../waiting.ts';

const isCreate = /^\/product_search_v[^/]*$/;
const point = (
  name: string,
  when: KillPoint['when'],
  method: string,
  path: RegExp,
  at?: number,
): KillPoint => ({
  name,
  when,
  ...(at !== undefined && { at }),
  matches: (request) => request.method === method && path.test(request.path),
});

const buildPoints = [
  point('before its index is made', 'before', 'PUT', isCreate),
  point('when its index was made', 'after', 'PUT', isCreate),
  point('after the first bulk', 'after', 'POST', /_bulk/),
  point('after the last bulk', 'after', 'POST', /_bulk/, 3),
];
const gatePoints = [
  point('before the refresh', 'before', 'GET', /_refresh/),
  point('when it had made the index fit to serve', 'after', 'PUT', /_settings/),
  point('at the gate', 'before', 'POST', /_search/),
];
const switchPoints = [
  point('before the switch', 'before', 'POST', /^\/_aliases/),
  point('after the switch, unrecorded', 'after', 'POST', /^\/_aliases/),
];

/** Kills a rebuild at each point; the next run has to come to the same digest and leave nothing behind. */
async function killedAt(points: readonly KillPoint[], { world, faults, note }: Scene): Promise<void> {
  await seed(world, { products: 60, events: 5, upTo: 'log' });
  const { digest } = await successfulRebuild(world);
  for (const killPoint of points) {
    const before = await servingIndex(world);
    const untouched = await observeUntouched(world);
    const alias = watchAlias(world);
    await killedRebuild(world, killPoint, faults);
    const switched = killPoint.name.startsWith('after the switch');
    const between = await servingIndex(world);
    check(switched ? between !== before : between === before, `I6: readers are on ${between} after the kill`);
    if (!switched) await checkUntouched(world, untouched);
    const next = await successfulRebuild(world);
    checkSame(next.digest, digest, `I10: the digest after a kill ${killPoint.name}`);
    await checkAlias(world, await alias.stop());
    await settled(world);
    await checkNoDebris(world);
  }
  note(`${points.length} kills, each followed by a run with the same digest`);
}

async function temporaryFilesLeft({ world, faults }: Scene): Promise<void> {
  await seed(world, { products: 60, events: 5, upTo: 'log' });
  const { env, left } = await ownTemporaryFolder();
  await killedRebuild(world, point('after the first bulk', 'after', 'POST', /_bulk/), faults, { env });
  check((await left()).length > 0, 'the killed run had no temporary folder');
  await successfulRebuild(world, [], { env });
  const files = await left();
  check(files.length === 0, `I13: temporary files of the killed run are left: ${files.join(', ')}`);
}

async function checkpointSpoilt({ world, faults, note }: Scene): Promise<void> {
  await seed(world, { products: 60, events: 5, upTo: 'log' });
  const { digest } = await successfulRebuild(world);
  const spoils: readonly (readonly [string, string])[] = [
    ['is no checkpoint', `'{"format":1,"generation":7}'`],
    ['is cut off', `checkpoint - 'finished'`],
    [
      'is of another index',
      `jsonb_set(checkpoint, '{generation}', '"00000000-0000-4000-8000-000000000000"')`,
    ],
    ['is of another mapping', `jsonb_set(checkpoint, '{fingerprint}', '"feedfeed"')`],
    ['is of another topic', `jsonb_set(checkpoint, '{topicId}', '"other"')`],
  ];
  for (const [name, expression] of spoils) {
    await killedRebuild(world, point('after the second bulk', 'after', 'POST', /_bulk/, 2), faults);
    const { rowCount } = await world.read.query(
      `UPDATE registry.runs SET checkpoint = ${expression.replaceAll('checkpoint', 'checkpoint::jsonb')}
       WHERE run_id = (SELECT run_id FROM registry.runs ORDER BY started_at DESC LIMIT 1) AND checkpoint IS NOT NULL`,
    );
    faults.count(`checkpoint ${name}`, rowCount ?? 0);
    const next = await successfulRebuild(world);
    checkSame(next.digest, digest, `I10: the digest after a checkpoint that ${name}`);
    await settled(world);
  }
  note('each time a new generation with the same digest');
}

async function unwritableTarget({ world, faults, note }: Scene): Promise<void> {
  await seed(world, { products: 60, events: 5, upTo: 'log' });
  await successfulRebuild(world);
  const before = await servingIndex(world);
  const alias = watchAlias(world);
  const { proxy, env } = await world.http();
  let blocked = false;
  let blocking: Promise<unknown> | undefined;
  proxy.inject(({ method, path }) => {
    if (method !== 'POST' || !path.includes('_bulk') || blocked) return undefined;
    blocked = true;
    const act = (): void => {
      faults.count('new index made read-only while it is built');
      blocking = world.search.call('PUT', `product_search_v*,-${before}/_settings?ignore_unavailable=true`, {
        'index.blocks.read_only_allow_delete': true,
      });
    };
    return { kind: 'before', act };
  });
  const { code, text } = await rebuild(world, [], { env });
  await blocking;
  check(
    code === 2 || code === 4,
    `I12: exit code ${code} where the index cannot be written:\n${text.slice(-800)}`,
  );
  checkSame(await servingIndex(world), before, 'I6: the serving index');
  await checkAlias(world, await alias.stop());
  await world.search.call('PUT', 'product_search_v*/_settings', {
    'index.blocks.read_only_allow_delete': null,
  });
  await successfulRebuild(world);
  await settled(world);
  note(`exit code ${code}`);
}

export const rebuildKilledRows: readonly Row[] = [
  {
    id: 'B1',
    title: 'A rebuild is killed while it builds',
    inject: 'SIGKILL at four requests to Elasticsearch, from making the index to the last bulk',
    expect: 'readers stay; the next run comes to the same digest',
    invariants: ['I5', 'I6', 'I8', 'I10', 'I13'],
    kind: 'scenario',
    fires: buildPoints.map(({ name }) => `rebuild killed: ${name}`),
    run: (scene) => killedAt(buildPoints, scene),
  },
  {
    id: 'B1b',
    title: 'A rebuild is killed at refresh, settings and gate',
    inject: 'SIGKILL at three requests to Elasticsearch',
    expect: 'readers stay; the next run comes to the same digest',
    invariants: ['I5', 'I6', 'I8', 'I10', 'I13'],
    kind: 'scenario',
    fires: gatePoints.map(({ name }) => `rebuild killed: ${name}`),
    run: (scene) => killedAt(gatePoints, scene),
  },
  {
    id: 'B1c',
    title: 'A killed rebuild leaves temporary files',
    inject: 'SIGKILL after the first bulk, then another run',
    expect: 'the next run on that machine clears them away',
    invariants: ['I13'],
    kind: 'scenario',
    fires: ['rebuild killed: after the first bulk'],
    run: temporaryFilesLeft,
  },
  {
    id: 'B1d',
    title: 'Another account shares the temporary folder',
    inject:
      'roots, links and directories planted under the names of a rebuild; saved records edited, CRC-32 kept',
    expect: 'nothing of others is followed, removed or read; what was changed is refused',
    invariants: ['I5', 'I12', 'I13'],
    kind: 'spec',
    specs: [
      {
        file: 'libs/read_model/rebuild/src/private-files/scratch-directory.unit.spec.ts',
        titles: [
          'never touches what another account has made under the same kind of name',
          'never follows a link to what it should remove',
        ],
      },
      {
        file: 'libs/read_model/rebuild/src/build/replay-slice.unit.spec.ts',
        titles: ['because it names records that were edited so that their CRC-32 stays is reported'],
      },
      {
        file: 'libs/read_model/rebuild/src/resume/half-read.int.spec.ts',
        titles: [
          'neither fails nor removes anything where a checkpoint names a directory that others may write to',
        ],
      },
    ],
  },
  {
    id: 'B5',
    title: 'A rebuild is killed around the switch',
    inject: 'SIGKILL before the _aliases call, and when it was carried out and not recorded',
    expect: 'the alias is on the old or the new index; the next run takes Elasticsearch for the truth',
    invariants: ['I5', 'I6', 'I10', 'I13'],
    kind: 'scenario',
    fires: switchPoints.map(({ name }) => `rebuild killed: ${name}`),
    run: (scene) => killedAt(switchPoints, scene),
  },
  {
    id: 'B10',
    title: 'The checkpoint is spoilt, or of another index, mapping or topic',
    inject: 'the row of a killed run is edited, in five ways',
    expect: 'recognised; the build starts over',
    invariants: ['I5', 'I10'],
    kind: 'scenario',
    fires: ['checkpoint is no checkpoint', 'checkpoint is cut off', 'checkpoint is of another index'],
    run: checkpointSpoilt,
  },
  {
    id: 'B11',
    title: 'The disk of the new index is full',
    inject: 'the index becomes read-only at the first bulk, as Elasticsearch does at its flood stage',
    expect: 'exit 2 or 4, readers where they were, the next run succeeds',
    invariants: ['I6', 'I12'],
    kind: 'scenario',
    fires: ['new index made read-only while it is built'],
    run: unwritableTarget,
  },
];

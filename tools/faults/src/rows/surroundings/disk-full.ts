import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverUser, stackDown, stackReset, stackUp } from '@reprise/stack';
import { databaseTemplates } from '../../cluster/databases.ts';
import { rebuild, successfulRebuild } from '../../cluster/rebuild.ts';
import { smallDisk, type SmallDisk } from '../../cluster/small-disk.ts';
import { createWorld, type World } from '../../cluster/world.ts';
import { workspaceRoot } from '../../cluster/workspace.ts';
import { servingIndex, settled } from '../../oracle/documents.ts';
import type { Row, Scene } from '../../row.ts';
import { checkAlias, watchAlias } from '../../traffic/alias.ts';
import { seed } from '../../traffic/seed.ts';
import { check, checkSame, eventually } from '../../waiting.ts';

const megabyte = 1_024 * 1_024;

async function temporaryFolder({ world, faults, note }: Scene): Promise<void> {
  const disk = await smallDisk(mkdtempSync(join(tmpdir(), 'faults-disk-')), 2);
  try {
    await seed(world, { products: 500, events: 8, upTo: 'log' });
    const { digest } = await successfulRebuild(world);
    const before = await servingIndex(world);
    const alias = watchAlias(world);
    const env = { TMPDIR: disk.folder };
    disk.fill();
    checkSame(disk.freeBytes(), 0, 'free bytes');
    faults.count('temporary folder full');
    const { code, receipt, text } = await rebuild(world, [], { env });
    // What it would keep there only saves time after an interruption, so it may do without.
    if (code === 0) checkSame(receipt?.digest, digest, 'I10: the digest');
    else {
      check(code === 2 || code === 4, `I12: exit code ${code}:\n${text.slice(-800)}`);
      check(/ENOSPC|no space|disk/i.test(text), `I12: the reason is not given:\n${text.slice(-800)}`);
      checkSame(await servingIndex(world), before, 'I6: the serving index');
    }
    await checkAlias(world, await alias.stop());
    disk.relieve();
    checkSame(
      (await successfulRebuild(world, [], { env })).digest,
      digest,
      'I10: the digest of the next run',
    );
    await settled(world);
    note(`exit code ${code} with no byte left`);
  } finally {
    await disk.unmount();
  }
}

/** Separate servers whose data lie on small disks, and a world on them. */
async function onSmallDisks(
  work: (
    world: World,
    disks: { elasticsearch: SmallDisk; postgres: SmallDisk },
    up: () => Promise<unknown>,
  ) => Promise<void>,
): Promise<void> {
  const directory = join(workspaceRoot, '.stack', 'faults-disk');
  const user = serverUser();
  const elasticsearch = await smallDisk(join(directory, 'elasticsearch', 'data'), 400, user);
  const postgres = await smallDisk(join(directory, 'postgres'), 320, user);
  const up = () => stackUp({ directory, fsync: false });
  try {
    const { environment } = await up();
    const servers = { endpoints: environment };
    const templates = await databaseTemplates(servers);
    const world = await createWorld(servers, templates);
    try {
      await work(world, { elasticsearch, postgres }, up);
    } finally {
      for (const disk of [elasticsearch, postgres]) disk.relieve();
      await up();
      await world.close();
    }
  } finally {
    // What went wrong before is what counts.
    await stackDown({ directory }).catch(() => undefined);
    for (const disk of [elasticsearch, postgres]) await disk.unmount();
    await stackReset({ directory }).catch(() => undefined);
  }
}

async function setting(world: World, settings: Record<string, unknown>): Promise<void> {
  const { status, body } = await world.search.call('PUT', '_cluster/settings', { persistent: settings });
  checkSame(status, 200, `the answer to new settings (${JSON.stringify(body).slice(0, 200)})`);
}

/** What must hold whatever a rebuild meets on a full disk. */
async function rebuildMeets(
  world: World,
  digest: string | null,
  relieve: () => Promise<void>,
): Promise<string> {
  const before = await eventually(() => servingIndex(world));
  const { code, text, receipt } = await rebuild(world);
  check(code === 2 || code === 4, `I12: exit code ${code} on a full disk:\n${text.slice(-800)}`);
  const reason = receipt?.message ?? text.split('\n').findLast((line) => line.trim() !== '') ?? '';
  await relieve();
  await eventually(async () => checkSame(await servingIndex(world), before, 'I6: the serving index'));
  const next = await eventually(() => successfulRebuild(world), { timeoutMs: 90_000, intervalMs: 2_000 });
  checkSame(next.digest, digest, 'I10: the digest of the next run');
  await settled(world);
  return `exit ${code} (${reason.slice(0, 120)})`;
}

const serversDisks = ({ faults, note }: Scene): Promise<void> =>
  onSmallDisks(async (world, { elasticsearch, postgres }, up) => {
    // Watermarks that fit the small disk; Elasticsearch looks at them every few seconds.
    await setting(world, {
      'cluster.info.update.interval': '10s',
      'cluster.routing.allocation.disk.watermark.low': '160mb',
      'cluster.routing.allocation.disk.watermark.high': '130mb',
      'cluster.routing.allocation.disk.watermark.flood_stage': '100mb',
    });
    await seed(world, { products: 300, events: 5, upTo: 'log' });
    const { digest } = await successfulRebuild(world);
    const alias = watchAlias(world);

    // Beyond the flood stage it makes every index read-only.
    elasticsearch.fill(60 * megabyte);
    const serving = await servingIndex(world);
    await eventually(async () => {
      const { body } = await world.search.call('GET', `${serving}/_settings?flat_settings=true`);
      check(
        JSON.stringify(body).includes('read_only_allow_delete":"true"'),
        'no block at the flood stage yet',
      );
    });
    faults.count('disk of Elasticsearch beyond the flood stage');
    const flooded = await rebuildMeets(world, digest, async () => {
      elasticsearch.relieve();
      await eventually(async () => {
        const { body } = await world.search.call('GET', `${serving}/_settings?flat_settings=true`);
        check(!JSON.stringify(body).includes('read_only_allow_delete":"true"'), 'still read-only');
      });
    });

    // Without the watermarks it writes until the kernel refuses.
    await setting(world, { 'cluster.routing.allocation.disk.threshold_enabled': false });
    elasticsearch.fill();
    faults.count('disk of Elasticsearch full to the last byte');
    const full = await rebuildMeets(world, digest, async () => {
      elasticsearch.relieve();
      // A master that could not write its state on the full disk answers only once it has been elected again.
      await eventually(
        async () => {
          const { status } = await world.search.call('POST', '_cluster/reroute?retry_failed=true');
          checkSame(status, 200, 'the answer to a reroute');
        },
        { timeoutMs: 120_000 },
      );
    });

    postgres.fill();
    faults.count('disk of the checkpoints full to the last byte');
    const checkpoints = await rebuildMeets(world, digest, async () => {
      postgres.relieve();
      // A write-ahead log without room ends Postgres, as it should.
      await up();
    });
    await checkAlias(world, await alias.stop());
    note(`flood stage: ${flooded}; Elasticsearch: ${full}; Postgres: ${checkpoints}`);
  });

export const diskFullRows: readonly Row[] = [
  {
    id: 'B11b',
    title: 'The disk of the temporary folder is full',
    inject: 'TMPDIR of the rebuild on a tmpfs without a free byte',
    expect: 'done without it, or exit 2 or 4 with readers where they were; the next run succeeds',
    invariants: ['I6', 'I10', 'I12'],
    kind: 'scenario',
    fires: ['temporary folder full'],
    run: temporaryFolder,
  },
  {
    id: 'B11c',
    title: 'The disks of Elasticsearch and of the checkpoints are full',
    inject:
      'separate servers on small tmpfs: flood stage, then no free byte for Elasticsearch, then none for Postgres',
    expect: 'exit 2 or 4, readers where they were, the next run succeeds',
    invariants: ['I5', 'I6', 'I10', 'I12'],
    kind: 'scenario',
    fires: [
      'disk of Elasticsearch beyond the flood stage',
      'disk of Elasticsearch full to the last byte',
      'disk of the checkpoints full to the last byte',
    ],
    withinSeconds: 600,
    run: serversDisks,
  },
];

import { completed, createChangedJob, createJob } from '../jobs.ts';
import { deploy, ensure, type Step, type World } from '../world.ts';
import { find, writeAndFind } from './install.ts';

interface Generation {
  readonly name: string;
  readonly state: string;
}

/** Generations of the search index, as the job's `status` says. */
async function generations({ cluster }: World, job: string): Promise<readonly Generation[]> {
  const args = ['apps/rebuild-job/dist/main.js', 'status', '--projection', 'product_search', '--json'];
  await createChangedJob(cluster, { name: job, template: 'rebuild', args });
  await completed(cluster, job);
  const log = await cluster.logsOf(job);
  const [status] = JSON.parse(log.slice(log.indexOf('[\n'), log.lastIndexOf(']') + 1)) as {
    generations: Generation[];
  }[];
  return status!.generations;
}

const rollback = ['apps/rebuild-job/dist/main.js', 'rollback', '--projection', 'product_search'];

/** The name of the generation that readers are on. */
async function live(world: World, job: string): Promise<string> {
  return (await generations(world, job)).find(({ state }) => state === 'LIVE')!.name;
}

export const sideBySide: Step = {
  name: 'new-projection',
  title: 'A new version of a projection is fed beside the earlier one, promoted, and left again',
  async prove(world): Promise<string> {
    const { cluster, image } = world;
    const before = await live(world, 'status-1');
    const previous = { previous: { enabled: true, tag: image.current } };
    await deploy(world, 'upgrade', { image: { tag: image.next }, projectionConsumer: previous });
    await writeAndFind(world, 3);
    await createJob(cluster, 'rebuild-next', 'rebuild');
    await completed(cluster, 'rebuild-next');
    const after = await live(world, 'status-2');
    ensure(/_v3_/.test(after) && !/_v3_/.test(before), `readers are on ${after}, and were on ${before}`);
    const ids = await writeAndFind(world, 3);
    await createChangedJob(cluster, { name: 'rollback-1', template: 'rebuild', args: rollback });
    await completed(cluster, 'rollback-1');
    ensure((await live(world, 'status-3')) === before, `readers did not go back to ${before}`);
    await find(world, ids);
    const more = await writeAndFind(world, 3);
    await createChangedJob(cluster, {
      name: 'rollback-2',
      template: 'rebuild',
      args: [...rollback, '--again'],
    });
    await completed(cluster, 'rollback-2');
    ensure((await live(world, 'status-4')) === after, `readers did not go forward to ${after}`);
    await find(world, more);
    await deploy(world, 'upgrade', { image: { tag: image.next } });
    await writeAndFind(world, 1);
    return `${before} -> ${after} -> back -> forward, each found what was written meanwhile`;
  },
};

export const earlierRelease: Step = {
  name: 'release-back',
  title: 'Readers go back to the earlier version, and then the release does',
  async prove(world): Promise<string> {
    const { cluster, image } = world;
    const previous = { previous: { enabled: true, tag: image.current } };
    await deploy(world, 'upgrade', { image: { tag: image.next }, projectionConsumer: previous });
    await createChangedJob(cluster, { name: 'rollback-3', template: 'rebuild', args: rollback });
    await completed(cluster, 'rollback-3');
    await deploy(world, 'upgrade');
    await writeAndFind(world, 3);
    const now = await live(world, 'status-5');
    ensure(/_v2_/.test(now), `readers are on ${now}`);
    return `readers are on ${now}, which this release installs on again`;
  },
};

import { setTimeout as delay } from 'node:timers/promises';
import { record, watchPods } from '../figures.ts';
import { deploy, ensure, type Step, type World } from '../world.ts';

export const ports = { 'product-api': 3000, 'search-api': 3001 } as const;

/** Writes products through the Service and waits until readers find them. @returns the ids */
export async function writeAndFind({ cluster }: World, count: number): Promise<readonly string[]> {
  const ids = await cluster.inClient<string[]>(
    'write',
    cluster.origin('product-api', ports['product-api']),
    String(count),
  );
  await find({ cluster }, ids.slice(-5));
  return ids;
}

/** Waits until readers find products. @returns how many milliseconds it took */
export function find({ cluster }: Pick<World, 'cluster'>, ids: readonly string[]): Promise<number> {
  return cluster.inClient<number>('find', cluster.origin('search-api', ports['search-api']), ...ids);
}

export const install: Step = {
  name: 'install',
  title: '`helm install --wait` ends with everything ready',
  async prove(world): Promise<string> {
    const seconds = await deploy(world, 'install');
    const deployments = await world.cluster.list(
      'deployments',
      `app.kubernetes.io/instance=${world.cluster.release}`,
    );
    const pods = await world.cluster.list('pods', `app.kubernetes.io/instance=${world.cluster.release}`);
    return `${deployments.length} deployments, ${pods.length} pods, ${seconds} s`;
  },
};

export const migrated: Step = {
  name: 'migrate',
  title: 'The databases are migrated, and readers have a first generation',
  async prove({ cluster }): Promise<string> {
    const jobs = await cluster.list('jobs', `app.kubernetes.io/instance=${cluster.release}`);
    for (const { metadata, status } of jobs)
      ensure(status?.['succeeded'] === 1, `${metadata.name} did not complete`);
    const migrate = jobs.find(({ metadata }) => metadata.name.includes('-migrate-'));
    ensure(migrate !== undefined, 'there is no Job migrate');
    return jobs.map(({ metadata }) => metadata.name).join(', ');
  },
};

export const searchable: Step = {
  name: 'write',
  title: 'A product written through the Service is found through the Service',
  async prove(world): Promise<string> {
    const [id] = await world.cluster.inClient<string[]>(
      'write',
      world.cluster.origin('product-api', ports['product-api']),
      '1',
    );
    return `after ${await find(world, [id!])} ms`;
  },
};

export const figures: Step = {
  name: 'figures',
  title: 'Memory and processor time of the pods, at rest and under load',
  async prove(world): Promise<string> {
    const { cluster } = world;
    record(world.figures, 'rest', await watchPods(cluster, delay(20_000)));
    const count = 1_500;
    const start = performance.now();
    record(world.figures, 'load', await watchPods(cluster, writeAndFind(world, count)));
    const rate = (count / (performance.now() - start)) * 1_000;
    return `${count} products written, ${rate.toFixed(0)} a second`;
  },
};

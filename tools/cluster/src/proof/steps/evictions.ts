import { until, type Cluster } from '../cluster.ts';
import { completed, createChangedJob } from '../jobs.ts';
import { outputOf } from '../run-program.ts';
import { ensure, type Step } from '../world.ts';
import { writeAndFind } from './install.ts';
import { assertServed, underLoad } from './under-load.ts';

const components = 'product-api,recruiting-api,search-api,outbox-relay,projection-consumer';

export const evictions: Step = {
  name: 'evictions',
  title:
    'Every pod is evicted, as a drain of its node does: no request fails, and a rebuild is not counted as failed',
  async prove(world): Promise<string> {
    const { cluster } = world;
    const [id] = await writeAndFind(world, 1);
    const rebuild = await slowRebuild(cluster, 'evicted');
    const applications = () => names(cluster, `app.kubernetes.io/component in (${components})`);
    const before = await applications();
    const evictAll = async (): Promise<void> => {
      await Promise.all([rebuild, ...before].map((pod) => evict(cluster, pod)));
      await until('the successor of every pod', async () => {
        const now = await applications();
        return now.length === before.length && !now.some((name) => before.includes(name)) ? true : undefined;
      });
      for (const { metadata } of await cluster.list('deployments'))
        await cluster.kubectl('rollout', 'status', `deployment/${metadata.name}`, '--timeout=180s');
    };
    const load = await underLoad(world, id!, evictAll);
    assertServed(load);
    await completed(cluster, 'evicted');
    const [successor] = await names(cluster, 'job-name=evicted');
    ensure(successor !== rebuild, `${rebuild} was not evicted`);
    return `${before.length} pods, one of each application at a time; ${load.answered} requests answered, 0 failed; the Job allows no failure, and completed`;
  },
};

/** Begins a rebuild that allows no failure, so slow that there is time to evict its pod. @returns the pod's name, once it builds */
async function slowRebuild(cluster: Cluster, name: string): Promise<string> {
  const verb = ['apps/rebuild-job/dist/main.js', 'rebuild', '--projection', 'product_summary'];
  const args = [...verb, '--memory', '512mb', '--work-directory', '/work', '--max-events-per-second', '100'];
  await createChangedJob(cluster, { name, template: 'rebuild', args, tries: 0 });
  return until('a rebuild that builds', async () => {
    const [pod] = await names(cluster, `job-name=${name}`);
    if (pod === undefined) return undefined;
    return (await cluster.kubectl('logs', pod)).includes('%') ? pod : undefined;
  });
}

async function names(cluster: Cluster, labels: string): Promise<string[]> {
  return (await cluster.list('pods', labels)).map(({ metadata }) => metadata.name);
}

/** Asks for an eviction until it is allowed: disruption budgets let one pod of an application go at a time. */
async function evict({ namespace }: Cluster, pod: string): Promise<void> {
  const input = JSON.stringify({
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: pod, namespace },
  });
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`;
  await until(`the eviction of ${pod}`, () =>
    outputOf('kubectl', ['create', '--raw', path, '--filename', '-'], { input }),
  );
}

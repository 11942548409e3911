import { spawn } from 'node:child_process';
import { json } from 'node:stream/consumers';
import { clientCommand, until } from '../cluster.ts';
import { completed, createChangedJob, createJob } from '../jobs.ts';
import { deploy, ensure, type Step, type World } from '../world.ts';
import { find, ports, writeAndFind } from './install.ts';

interface Load {
  readonly answered: number;
  readonly failures: readonly string[];
}

/** Keeps asking both APIs through their Services while something is done. */
async function underLoad({ cluster }: World, id: string, work: () => Promise<unknown>): Promise<Load> {
  const urls = (['product-api', 'search-api'] as const).map(
    (component) => `${cluster.origin(component, ports[component])}/v1/products/${id}`,
  );
  const args = ['--namespace', cluster.namespace, ...clientCommand('load', ['30', ...urls])];
  const client = spawn('kubectl', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const result = json(client.stdout) as Promise<Load>;
  result.catch(() => undefined);
  try {
    await work();
  } finally {
    client.stdin.end();
  }
  return result;
}

export const rollingUpgrade: Step = {
  name: 'upgrade',
  title: 'A rolling upgrade under load fails no request',
  async prove(world): Promise<string> {
    const [id] = await writeAndFind(world, 1);
    const upgrade = () =>
      deploy(world, 'upgrade', { podAnnotations: { upgraded: new Date().toISOString() } });
    const { answered, failures } = await underLoad(world, id!, upgrade);
    ensure(
      failures.length === 0,
      `${failures.length} failed beside ${answered}:\n${failures.slice(0, 10).join('\n')}`,
    );
    ensure(answered > 100, `only ${answered} requests were made`);
    return `${answered} requests answered, 0 failed`;
  },
};

export const releaseRollback: Step = {
  name: 'release-rollback',
  title: '`helm rollback` brings the earlier release back, under load too',
  async prove(world): Promise<string> {
    const [id] = await writeAndFind(world, 1);
    const rollback = () =>
      world.cluster.helm('rollback', world.cluster.release, '1', '--wait', '--timeout', '10m');
    const { answered, failures } = await underLoad(world, id!, rollback);
    ensure(
      failures.length === 0,
      `${failures.length} failed beside ${answered}:\n${failures.slice(0, 10).join('\n')}`,
    );
    await writeAndFind(world, 1);
    return `${answered} requests answered, 0 failed`;
  },
};

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

export const sideBySide: Step = {
  name: 'new-projection',
  title: 'A new version of a projection is fed beside the earlier one, promoted, and left again',
  async prove(world): Promise<string> {
    const { cluster, image } = world;
    const live = async (job: string): Promise<string> =>
      (await generations(world, job)).find(({ state }) => state === 'LIVE')!.name;
    const before = await live('status-1');
    const previous = { previous: { enabled: true, tag: image.current } };
    await deploy(world, 'upgrade', { image: { tag: image.next }, projectionConsumer: previous });
    await writeAndFind(world, 3);
    await createJob(cluster, 'rebuild-next', 'rebuild');
    await completed(cluster, 'rebuild-next');
    const after = await live('status-2');
    ensure(/_v3_/.test(after) && !/_v3_/.test(before), `readers are on ${after}, and were on ${before}`);
    const ids = await writeAndFind(world, 3);
    const rollback = ['apps/rebuild-job/dist/main.js', 'rollback', '--projection', 'product_search'];
    await createChangedJob(cluster, { name: 'rollback-1', template: 'rebuild', args: rollback });
    await completed(cluster, 'rollback-1');
    ensure((await live('status-3')) === before, `readers did not go back to ${before}`);
    await find(world, ids);
    const more = await writeAndFind(world, 3);
    await createChangedJob(cluster, {
      name: 'rollback-2',
      template: 'rebuild',
      args: [...rollback, '--again'],
    });
    await completed(cluster, 'rollback-2');
    ensure((await live('status-4')) === after, `readers did not go forward to ${after}`);
    await find(world, more);
    await deploy(world, 'upgrade', { image: { tag: image.next } });
    await writeAndFind(world, 1);
    return `${before} -> ${after} -> back -> forward, each found what was written meanwhile`;
  },
};

export const helmTest: Step = {
  name: 'helm-test',
  title: '`helm test` passes',
  async prove({ cluster }): Promise<string> {
    const said = await cluster.helm('test', cluster.release, '--logs', '--timeout', '3m');
    const answers = [...said.matchAll(/^200 (\S+)/gm)].map(([, url]) => url);
    ensure(answers.length > 0, said);
    return `${answers.length} addresses answer 200`;
  },
};

/** Kinds that a release makes. */
const kinds = [
  ...['deployments', 'statefulsets', 'services', 'cronjobs', 'jobs', 'pods', 'configmaps', 'secrets'],
  ...['serviceaccounts', 'poddisruptionbudgets', 'horizontalpodautoscalers', 'networkpolicies', 'ingresses'],
  'persistentvolumeclaims',
];

export const uninstall: Step = {
  name: 'uninstall',
  title: '`helm uninstall` leaves nothing of the release',
  async prove({ cluster }): Promise<string> {
    await cluster.helm('uninstall', cluster.release, '--wait', '--timeout', '5m');
    await until('the end of the last object', async () => {
      const left = await cluster.list(kinds.join(','), `app.kubernetes.io/instance=${cluster.release}`);
      if (left.length === 0) return true;
      throw new Error(left.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', '));
    });
    const others = await cluster.list(kinds.join(','));
    return `in the namespace are ${others.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ')}`;
  },
};

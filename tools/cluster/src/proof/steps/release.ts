import { until, type KubernetesObject } from '../cluster.ts';
import { deploy, ensure, type Step } from '../world.ts';
import { writeAndFind } from './install.ts';
import { assertServed, underLoad } from './under-load.ts';

export const rollingUpgrade: Step = {
  name: 'upgrade',
  title: 'A rolling upgrade under load fails no request',
  async prove(world): Promise<string> {
    const [id] = await writeAndFind(world, 1);
    const upgrade = () =>
      deploy(world, 'upgrade', { podAnnotations: { upgraded: new Date().toISOString() } });
    const load = await underLoad(world, id!, upgrade);
    assertServed(load);
    return `${load.answered} requests answered, 0 failed`;
  },
};

export const releaseRollback: Step = {
  name: 'release-rollback',
  title: '`helm rollback` brings the earlier release back, under load too',
  async prove(world): Promise<string> {
    const [id] = await writeAndFind(world, 1);
    const rollback = () =>
      world.cluster.helm('rollback', world.cluster.release, '1', '--wait', '--timeout', '10m');
    const load = await underLoad(world, id!, rollback);
    assertServed(load);
    await writeAndFind(world, 1);
    return `${load.answered} requests answered, 0 failed`;
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

/** The console's Jobs belong to nobody, so that nothing ends a rebuild that runs; they go after a while, with their pods. */
function isOfConsole({ labels }: KubernetesObject['metadata']): boolean {
  return (
    labels?.['app.kubernetes.io/created-by'] === 'console' ||
    labels?.['batch.kubernetes.io/job-name']?.startsWith('console-') === true
  );
}

export const uninstall: Step = {
  name: 'uninstall',
  title: '`helm uninstall` leaves nothing of the release but the Jobs that the console made',
  async prove({ cluster }): Promise<string> {
    await cluster.helm('uninstall', cluster.release, '--wait', '--timeout', '5m');
    await until('the end of the last object', async () => {
      const all = await cluster.list(kinds.join(','), `app.kubernetes.io/instance=${cluster.release}`);
      const left = all.filter(({ metadata }) => !isOfConsole(metadata));
      if (left.length === 0) return true;
      throw new Error(left.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', '));
    });
    const others = await cluster.list(kinds.join(','));
    return `in the namespace are ${others.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ')}`;
  },
};

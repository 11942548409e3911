import { until, type Cluster, type KubernetesObject } from '../cluster.ts';
import { completed } from '../jobs.ts';
import { may, rightsOf } from '../rights.ts';
import { deploy, ensure, secondsSince, type Step } from '../world.ts';

/** What the console says of an action; only what the proof reads is named. */
interface Action {
  readonly id: string;
  readonly state: string;
  readonly endedAt: string | null;
  readonly exitCode: number | null;
  readonly message: string | null;
  readonly runId: string | null;
  readonly notices: readonly string[];
}

const port = 3005;
const projection = 'product_summary';

/** What the page on the operations API lists. */
const needed = (release: string): string[] => [
  'create jobs.batch',
  `get cronjobs.batch/${release}-rebuild`,
  'get jobs.batch',
  'get pods/log',
  'list pods',
];

/** What nobody should be able to do through the console's account, in its namespace or another one. */
const refused = ['get secrets', 'list secrets', 'delete jobs.batch', 'create pods', 'create pods/exec'];

export const actByConsole: Step = {
  name: 'console',
  title: 'The console rebuilds by a Job from the template, and follows it though its own pod is replaced',
  async prove(world): Promise<string> {
    const { cluster } = world;
    const account = `${cluster.release}-console`;
    const resources = { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } };
    await deploy(world, 'upgrade', {
      console: { enabled: true, environment: 'proof', production: false, resources },
    });
    await assertRights(cluster, account);

    const origin = cluster.origin('console', port);
    // So slow that there is time to replace a pod.
    const request = { action: 'rebuild', projection, options: { maxEventsPerSecond: '60' } };
    const { id } = await cluster.inClient<Action>('act', origin, JSON.stringify(request));
    const look = () => cluster.inClient<Action>('ask', `${origin}/ops/v1/actions/${id}`);
    await until('a rebuild that builds', async () =>
      (await cluster.logsOf(`console-${id}`)).includes('"step":"build"') ? true : undefined,
    );
    const start = performance.now();
    const pods = () => cluster.list('pods', consoleLabels);
    const [pod] = await pods();
    await cluster.kubectl('delete', 'pod', pod!.metadata.name, '--timeout=60s');
    await cluster.kubectl('rollout', 'status', `deployment/${account}`, '--timeout=120s');
    const replaced = secondsSince(start);
    const [successor] = await pods();
    ensure(successor!.metadata.name !== pod!.metadata.name, `${pod!.metadata.name} is still there`);
    const later = await look();
    ensure(later.state === 'running', `the next console found it ended: ${described(later)}`);

    const done = await until('the end of the action', async () => {
      const action = await look();
      return action.endedAt === null ? undefined : action;
    });
    ensure(done.state === 'done' && done.exitCode === 0, described(done));
    ensure(done.runId !== null, `no run is known of it: ${described(done)}`);
    await assertJob(cluster, done);
    return `Job console-${id}, run ${done.runId}, exit code 0; another pod of the console followed it after ${replaced} s; its account may ${needed(cluster.release).join(', ')}`;
  },
};

const consoleLabels = 'app.kubernetes.io/component=console';

function described({ state, exitCode, message, notices }: Action): string {
  return `${state}, exit code ${exitCode}, ${message}\n${notices.join('\n')}`;
}

async function assertRights(cluster: Cluster, account: string): Promise<void> {
  const rights = await rightsOf(cluster, account);
  const expected = needed(cluster.release);
  ensure(
    JSON.stringify(rights) === JSON.stringify(expected),
    `${account} may ${rights.join(', ')}, and should be able to ${expected.join(', ')}`,
  );
  for (const right of expected) ensure(await may(cluster, account, right), `${account} may not ${right}`);
  for (const right of refused) ensure(!(await may(cluster, account, right)), `${account} may ${right}`);
  for (const right of expected)
    ensure(!(await may(cluster, account, right, 'default')), `${account} may ${right} in another namespace`);
}

/** The Job is the template's: its labels, image and secrets. It belongs to nobody, and says who asked for it. */
async function assertJob(cluster: Cluster, { id, runId }: Action): Promise<void> {
  const { job } = await completed(cluster, `console-${id}`, 30);
  const template = await cluster.get('cronjob', `${cluster.release}-rebuild`);
  const { metadata, spec } = job;
  const { jobTemplate } = template.spec as {
    jobTemplate: { metadata: KubernetesObject['metadata']; spec: JobSpec };
  };
  for (const [label, value] of Object.entries(jobTemplate.metadata.labels ?? {}))
    ensure(metadata.labels?.[label] === value, `the Job has not the template's label ${label}`);
  ensure(metadata.ownerReferences === undefined, 'the Job belongs to something, and would go with it');
  ensure(metadata.annotations?.['reprise/action'] === id, 'the Job does not name the action');
  const [own, theirs] = [spec as JobSpec, jobTemplate.spec].map(
    ({ template: { spec: of } }) => of.containers[0]!,
  );
  ensure(own!.image === theirs!.image, `the Job runs ${own!.image}, and its template ${theirs!.image}`);
  const log = await cluster.logsOf(`console-${id}`);
  ensure(log.includes(runId!), `the log of the Job does not name the run ${runId}:\n${log.slice(-2_000)}`);
}

interface JobSpec {
  readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
}

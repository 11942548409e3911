import { until, type Cluster, type KubernetesObject } from './cluster.ts';
import { outputOf } from './run-program.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** A Job that has ended: completed, or failed for a reason, and how many of its pods failed. */
export interface EndedJob {
  readonly job: KubernetesObject;
  readonly outcome: 'Complete' | 'Failed';
  readonly reason: string;
  readonly failedPods: number;
}

/** Makes a Job from a CronJob of the release, as `kubectl create job --from` does. */
export async function createJob(cluster: Cluster, name: string, template: string): Promise<void> {
  await cluster.kubectl('create', 'job', name, `--from=cronjob/${cluster.release}-${template}`);
}

/** Makes a Job from a CronJob of the release with other arguments, as the page on Kubernetes says, and another number of tries. */
export async function createChangedJob(
  cluster: Cluster,
  {
    name,
    template,
    args,
    tries,
  }: { name: string; template: string; args: readonly string[]; tries?: number },
): Promise<void> {
  const from = ['create', 'job', name, `--from=cronjob/${cluster.release}-${template}`];
  const job = await cluster.kubectl(...from, '--dry-run=client', '--output', 'yaml');
  const changes = [
    { op: 'replace', path: '/spec/template/spec/containers/0/args', value: args },
    ...(tries === undefined ? [] : [{ op: 'replace', path: '/spec/backoffLimit', value: tries }]),
  ];
  const patch = ['patch', '--local', '--filename', '-', '--type=json', '--patch', JSON.stringify(changes)];
  const changed = await outputOf('kubectl', [...patch, '--output', 'yaml'], { input: job });
  await outputOf('kubectl', ['--namespace', cluster.namespace, 'apply', '--filename', '-'], {
    input: changed,
  });
}

/** Waits until a Job has ended, one way or the other. */
export async function ended(cluster: Cluster, name: string, seconds = 300): Promise<EndedJob> {
  return until(
    `the end of the Job ${name}`,
    async () => {
      const job = await cluster.get('job', name);
      const conditions = (job.status?.['conditions'] ?? []) as readonly Condition[];
      const last = conditions.find(
        ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
      );
      if (!last) return undefined;
      return {
        job,
        outcome: last.type as EndedJob['outcome'],
        reason: last.reason ?? '',
        failedPods: Number(job.status?.['failed'] ?? 0),
      };
    },
    seconds,
  );
}

/** Waits until a Job has completed. @throws Error with its reason and its log where it failed */
export async function completed(cluster: Cluster, name: string, seconds?: number): Promise<EndedJob> {
  const result = await ended(cluster, name, seconds);
  if (result.outcome === 'Complete') return result;
  const log = await cluster.logsOf(name).catch(String);
  throw new Error(`The Job ${name} failed, ${result.reason}:\n${log.slice(-2_000)}`);
}

import { ClusterApi, ClusterRefusal, type ClusterAccess } from './cluster-api.ts';
import { jobManifest, jobName, type JobManifest, type JobTemplate } from './job-manifest.ts';
import {
  JobNotSeen,
  JobNotStarted,
  type Job,
  type JobHandle,
  type JobStarter,
  type JobState,
} from './job-starter.ts';
import {
  containerOf,
  endOf,
  hasLog,
  newestOf,
  outputsIn,
  saidOf,
  type ClusterJob,
  type Pod,
} from './pod-state.ts';

export interface KubernetesJobsOptions extends ClusterAccess {
  /** Name of the CronJob whose container runs the finite job. */
  readonly template: string;
}

/** Of a log, from its end. */
const keptBytes = 256 * 1024;
/** Lines of a log that are read while the job runs, when only the newest notices matter, and after its end. */
const [linesOfRunning, linesOfEnded] = [300, 10_000];
/** How often the log of a Job that has ended is asked for without an answer, before its exit code is all that is known. */
const timesInVain = 3;

type Said = Pick<JobState, 'stdout' | 'stderr'>;

/** Jobs as Jobs of the cluster that the console runs in, made from a CronJob's template: in a pod each, on any node. */
export function kubernetesJobs({ template, ...access }: KubernetesJobsOptions): JobStarter {
  const api = new ClusterApi(access);
  const { namespace } = api;

  const place = (id: Job['id']) => ({ kind: 'kubernetes', namespace, name: jobName({ id }) });

  const readJob = (name: string) =>
    api.json<ClusterJob>({
      right: { verb: 'get', resource: 'jobs.batch' },
      path: `/apis/batch/v1/namespaces/NAMESPACE/jobs/${encodeURIComponent(name)}`,
    });

  const create = (body: JobManifest) =>
    api.json({
      right: { verb: 'create', resource: 'jobs.batch' },
      path: '/apis/batch/v1/namespaces/NAMESPACE/jobs',
      body,
    });

  /** Whether a Job is there after all: of a request that was not answered it is not known. */
  const wasCreated = (name: string, answered: ClusterRefusal): Promise<boolean> =>
    answered.status === 0 || answered.status >= 500
      ? readJob(name).then(
          () => true,
          () => false,
        )
      : Promise.resolve(false);

  const podOf = async (name: string): Promise<Pod | undefined> => {
    const selector = encodeURIComponent(`batch.kubernetes.io/job-name=${name}`);
    const { items } = await api.json<{ readonly items: readonly Pod[] }>({
      right: { verb: 'list', resource: 'pods' },
      path: `/api/v1/namespaces/NAMESPACE/pods?labelSelector=${selector}&limit=50`,
    });
    return newestOf(items);
  };

  /** How often the log of a Job that has ended was asked for in vain. */
  const inVain = new Map<string, number>();

  /** @returns what the container of a Job said; of one that has ended also why that cannot be had, since its exit code counts without it */
  const logOf = async (name: string, job: ClusterJob, pod: Pod, hasEnded: boolean): Promise<Said> => {
    const query = new URLSearchParams({ tailLines: String(hasEnded ? linesOfEnded : linesOfRunning) });
    const container = containerOf(job);
    if (container !== undefined) query.set('container', container);
    try {
      const log = await api.text({
        right: { verb: 'get', resource: 'pods/log' },
        path: `/api/v1/namespaces/NAMESPACE/pods/${encodeURIComponent(pod.metadata.name)}/log?${query}`,
        keepsEnd: keptBytes,
      });
      inVain.delete(name);
      return outputsIn(log);
    } catch (error) {
      if (!(error instanceof ClusterRefusal) || [401, 403].includes(error.status)) throw error;
      const times = (inVain.get(name) ?? 0) + 1;
      // Without an answer it may be there at the next look.
      const mayPass = error.status === 0 && (!hasEnded || times < timesInVain);
      if (hasEnded && mayPass) inVain.set(name, times);
      else inVain.delete(name);
      if (mayPass) throw error;
      // The pod went in between, or its node does not answer.
      return { stdout: '', stderr: hasEnded ? `Its log could not be read: ${error.message}\n` : '' };
    }
  };

  return {
    describe: ({ name, namespace: where }) => `Job ${name!} in the namespace ${where!}`,

    place,

    async start(job: Job): Promise<JobHandle> {
      const handle = place(job.id);
      try {
        const found = await api.json<JobTemplate>({
          right: { verb: 'get', resource: 'cronjobs.batch' },
          path: `/apis/batch/v1/namespaces/NAMESPACE/cronjobs/${encodeURIComponent(template)}`,
        });
        await create(manifestOf(found, job));
        return handle;
      } catch (error) {
        if (!(error instanceof ClusterRefusal)) throw error;
        if (await wasCreated(handle.name, error)) return handle;
        throw new JobNotStarted(error.message, { cause: error });
      }
    },

    async look({ name }: JobHandle): Promise<JobState> {
      try {
        const job = await readJob(String(name));
        const pod = await podOf(String(name));
        const end = endOf(job, pod);
        const { stdout, stderr } = hasLog(job, pod)
          ? await logOf(String(name), job, pod!, end.state !== 'running')
          : { stdout: '', stderr: '' };
        return { ...end, stdout, stderr: stderr + saidOf(job, pod) };
      } catch (error) {
        if (!(error instanceof ClusterRefusal)) throw error;
        const nothing = { exitCode: null, stdout: '', stderr: '' };
        if (error.status === 404) return { ...nothing, state: 'gone' };
        // It runs all the same; whoever follows it is to know why nothing is seen of it.
        if (error.status === 401 || error.status === 403)
          return {
            ...nothing,
            state: 'running',
            stderr: `Its status cannot be read: ${error.message}\n`,
          };
        throw new JobNotSeen(error.message, { cause: error });
      }
    },
  };

  function manifestOf(found: JobTemplate, job: Job): JobManifest {
    try {
      return jobManifest(found, job);
    } catch (error) {
      throw new JobNotStarted(`the CronJob ${template} cannot be its template: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}

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
import { endOf, hasLog, newestOf, outputsIn, saidOf, type ClusterJob, type Pod } from './pod-state.ts';

export interface KubernetesJobsOptions extends ClusterAccess {
  /** Name of the CronJob whose container runs the finite job. */
  readonly template: string;
}

/** Of a log, from its end. */
const keptBytes = 256 * 1024;
/** Lines of a log that are read while the job runs, when only the newest notices matter, and after its end. */
const [linesOfRunning, linesOfEnded] = [300, 10_000];

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

  const logOf = async (pod: Pod, lines: number): Promise<string> => {
    try {
      return await api.text({
        right: { verb: 'get', resource: 'pods/log' },
        path: `/api/v1/namespaces/NAMESPACE/pods/${encodeURIComponent(pod.metadata.name)}/log?tailLines=${lines}`,
        keepsEnd: keptBytes,
      });
    } catch (error) {
      // The pod went in between, or its node does not answer: the exit code is known all the same.
      if (error instanceof ClusterRefusal && ![0, 401, 403].includes(error.status)) return '';
      throw error;
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
        const lines = end.state === 'running' ? linesOfRunning : linesOfEnded;
        const { stdout, stderr } = outputsIn(hasLog(pod) ? await logOf(pod!, lines) : '');
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

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { typedPath, type Settings } from '@reprise/runtime';
import type { KubernetesJobsOptions } from './kubernetes-jobs.ts';

export interface JobSettings {
  /** Where output and exit codes of jobs are kept that run on this machine: a restart of the console finds them there. */
  readonly jobsDirectory: string;
  /** Where jobs are Jobs of a cluster; undefined where they are processes beside the console. */
  readonly cluster: KubernetesJobsOptions | undefined;
}

/** Where a pod finds the account by which it may call the API server, and the address of that. */
const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';
const addressOfServer = ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT'] as const;

export function jobSettings(settings: Settings, env: NodeJS.ProcessEnv): JobSettings {
  const kind = settings.oneOf('CONSOLE_JOBS', ['process', 'kubernetes']);
  return {
    jobsDirectory: jobsDirectory(settings, env),
    cluster: kind === 'kubernetes' ? clusterSettings(settings) : undefined,
  };
}

function clusterSettings(settings: Settings): KubernetesJobsOptions | undefined {
  const template = settings.required('CONSOLE_JOBS_TEMPLATE', 'reprise-rebuild, the name of a CronJob');
  if (template !== '' && !/^[a-z0-9](?:[a-z0-9.-]{0,50}[a-z0-9])?$/.test(template))
    settings.problem(`CONSOLE_JOBS_TEMPLATE must be the name of a CronJob, not "${template}"`);
  const [host, port] = addressOfServer.map((name) => settings.optional(name));
  const address = `https://${host?.includes(':') ? `[${host}]` : host}:${port}`;
  if (host !== undefined && port !== undefined && URL.canParse(address))
    return { server: new URL(address), account: serviceAccount, template };
  settings.problem(
    `CONSOLE_JOBS=kubernetes works in a pod of a cluster: ${addressOfServer.join(' and ')} are not set, or are no address`,
  );
  return undefined;
}

function jobsDirectory(settings: Settings, env: NodeJS.ProcessEnv): string {
  const folder = settings.optional('CONSOLE_JOBS_DIRECTORY');
  // By the number, which every account has: one of a container may have no name.
  return folder === undefined
    ? join(tmpdir(), `reprise-console-${process.getuid?.() ?? -1}`)
    : typedPath(folder, env);
}

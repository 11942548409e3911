import { endpointNames, instanceDirectory, stackUp } from '@reprise/stack';

/**
 * Sees to it that this process, and with it every child, has servers: the configured ones, else the embedded ones, which are
 * brought up when they do not run. They keep running afterwards.
 */
export async function ensureServers(
  env: NodeJS.ProcessEnv,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  // The development loader has pointed a process without endpoints to embedded servers that run.
  if (endpointNames.some((name) => env[name] !== undefined && env[name] !== '')) return;
  report('No server is configured: using the embedded ones.');
  const { environment } = await stackUp({ directory: instanceDirectory(undefined, env), report, signal });
  Object.assign(env, environment);
}

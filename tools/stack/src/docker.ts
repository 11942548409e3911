import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { UpOptions, UpResult } from './commands/up.ts';
import { environmentOf, type StackEnvironment } from './environment.ts';
import { describeError, StackAborted, StackError } from './errors.ts';
import { provideDevelopmentKey } from './instance/development-key.ts';
import { directoryKey, workspaceRoot } from './instance/directory.ts';
import { assertUsableFolder } from './instance/location.ts';
import { withInstanceLock } from './instance/lock.ts';
import { chooseServerPorts } from './instance/server-ports.ts';
import { markTransient, readState, writeState, type InstanceState } from './instance/state.ts';
import { portClaims } from './ports.ts';
import { servers } from './servers/list.ts';
import { portOf } from './servers/server.ts';
import { poll } from './waiting.ts';

const composeFile = join(workspaceRoot, 'docker', 'compose.yaml');

interface ComposeOptions {
  ports?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  output?: 'inherit' | 'stderr';
}

/**
 * Runs `docker compose` on the workspace's compose file, as a project of this instance's own.
 * @throws StackError DOCKER_MISSING or DOCKER_FAILED.
 */
export async function compose(
  directory: string,
  args: string[],
  options: ComposeOptions = {},
): Promise<void> {
  const project = `reprise-${directoryKey(directory)}`;
  const child = spawn('docker', ['compose', '-p', project, '-f', composeFile, ...args], {
    stdio: ['ignore', options.output === 'inherit' ? 'inherit' : 2, 2],
    env: { ...process.env, ...options.ports },
    signal: options.signal,
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).catch((error: unknown) => {
    if (options.signal?.aborted) throw new StackAborted();
    throw new StackError(
      'DOCKER_MISSING',
      'The docker command could not be run. Install Docker with its compose plugin.',
      {
        cause: error,
      },
    );
  });
  if (code === 0) return;
  throw new StackError(
    'DOCKER_FAILED',
    `docker compose ${args[0]} ended with exit code ${code}; its own message stands above. ` +
      'Check that the Docker engine runs (docker info) and that the compose plugin is installed (docker compose version).',
  );
}

/** Brings the same three servers up in containers; otherwise as `up`. */
export async function composeUp(options: UpOptions): Promise<UpResult> {
  const { directory, signal, report = () => undefined } = options;
  assertUsableFolder(directory);
  return withInstanceLock(directory, { report, signal }, async () => {
    const state: InstanceState = readState(directory) ?? {
      format: 1,
      kind: 'docker',
      dataDirectory: directory,
      fsync: true,
      servers: {},
    };
    if (state.kind !== 'docker') {
      throw new StackError(
        'WRONG_KIND',
        'This instance runs the embedded servers. Use `up` without --docker, or `reset` it first to change to Docker.',
      );
    }
    // Before anything is written down: a folder marked as Docker's can only be reset by Docker.
    await compose(directory, ['version'], { signal });
    const wasUp = await allAnswer(state);
    markTransient(state, options.transient, wasUp);
    // Ports that are decided belong to containers that may run; compose keeps those.
    const ports = portClaims();
    try {
      for (const server of servers) {
        if (!state.servers[server.name]) await chooseServerPorts(server, state, ports);
      }
      provideDevelopmentKey(directory, state);
      writeState(directory, state);
      report('starting the containers');
      await compose(directory, ['up', '-d', '--wait'], { ports: portVariables(state), signal });
    } finally {
      ports.release();
    }
    for (const server of servers) {
      const ready = await poll(() => server.check(state), { timeoutMs: server.startTimeoutMs, signal });
      if (!ready.ok) {
        const why = describeError(ready.lastError);
        throw new StackError(
          'START_FAILED',
          `${server.title} in Docker does not answer on port ${portOf(state, server.name)}: ${why}`,
        );
      }
      await server.provision(state);
    }
    const started = wasUp ? [] : servers.map(({ name }) => name);
    return { environment: environmentOf(state, directory) as StackEnvironment, started };
  });
}

async function allAnswer(state: InstanceState): Promise<boolean> {
  const answers = servers.map(
    async ({ name, check }) => state.servers[name] !== undefined && (await check(state)) !== '',
  );
  return (await Promise.allSettled(answers)).every((answer) => answer.status === 'fulfilled' && answer.value);
}

/** Stops the containers; deletes their volumes when `deleteData`. */
export function composeDown(directory: string, { deleteData }: { deleteData: boolean }): Promise<void> {
  return compose(directory, ['down', ...(deleteData ? ['--volumes'] : [])]);
}

/** The host ports, as the compose file asks for them. */
export function portVariables(state: InstanceState): NodeJS.ProcessEnv {
  return Object.fromEntries(
    servers.map(({ name }) => [
      `REPRISE_${name.toUpperCase()}_PORT`,
      String(state.servers[name]?.port ?? ''),
    ]),
  );
}

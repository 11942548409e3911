import { endpointNames, environmentOf } from './environment.ts';
import { instanceDirectory } from './instance/directory.ts';
import { readState, type InstanceState } from './instance/state.ts';

/**
 * Points `env` to the running embedded servers, Postgres as its superuser included: those of REPRISE_STACK_DIR, else of the workspace's `.stack`.
 * Leaves it alone when any endpoint is configured (the user's servers are never mixed with the embedded ones) or when no
 * server of the instance runs. Reads one file and contacts no server.
 */
export function attachToEmbeddedStack(env: NodeJS.ProcessEnv): void {
  if (endpointNames.some((name) => env[name] !== undefined && env[name] !== '')) return;
  const directory = instanceDirectory(undefined, env);
  const state = stateOrUndefined(directory);
  if (state === undefined || !looksAlive(state)) return;
  Object.assign(env, environmentOf(state, directory));
}

/** A broken state file is reported by the stack itself, not by every program that might have used it. */
function stateOrUndefined(directory: string): InstanceState | undefined {
  try {
    return readState(directory);
  } catch {
    return undefined;
  }
}

function looksAlive(state: InstanceState): boolean {
  if (state.kind === 'docker') return true;
  return Object.values(state.servers).some(({ pid }) => pid !== undefined && exists(pid));
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

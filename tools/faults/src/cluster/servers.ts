import { endpointNames, stackStatus, stackUp, type StackEnvironment } from '@reprise/stack';
import { eventually } from '../waiting.ts';

export type ServerName = 'postgres' | 'kafka' | 'elasticsearch';

/** The three servers. Those of `own` may be killed; shared ones are never touched. */
export interface Servers {
  readonly endpoints: StackEnvironment;
  readonly own?: OwnServers;
}

export interface OwnServers {
  /** SIGKILL, without a word; resolves when the process is gone. */
  kill(server: ServerName): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  freeze(server: ServerName): Promise<void>;
  /** SIGCONT. */
  thaw(server: ServerName): Promise<void>;
  /** Starts what does not run, on the ports it had, and returns when all three are ready. */
  restart(): Promise<void>;
}

/**
 * Brings up an instance for this suite alone. Postgres waits for the disk there: without it a killed server would forget what
 * it has acknowledged.
 */
export async function ownServers(
  directory: string,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<Servers & { readonly own: OwnServers }> {
  const { environment } = await stackUp({ directory, fsync: true, report, signal });
  const pidOf = async (server: ServerName): Promise<number> => {
    const status = (await stackStatus(directory)).servers.find(({ name }) => name === server);
    if (status?.pid === undefined) throw new Error(`${server} does not run, so it cannot be disturbed`);
    return status.pid;
  };
  return {
    endpoints: environment,
    own: {
      async kill(server) {
        const pid = await pidOf(server);
        process.kill(pid, 'SIGKILL');
        await eventually(() => {
          if (isAlive(pid)) throw new Error(`${server} still runs`);
        });
      },
      async freeze(server) {
        process.kill(await pidOf(server), 'SIGSTOP');
      },
      async thaw(server) {
        process.kill(await pidOf(server), 'SIGCONT');
      },
      async restart() {
        // Postgres refuses to start while children of the killed one still end.
        await eventually(() => stackUp({ directory, fsync: true, signal }), {
          timeoutMs: 120_000,
          intervalMs: 500,
        });
      },
    },
  };
}

/** The servers that the environment names. */
export function sharedServers(env: NodeJS.ProcessEnv): Servers {
  const names = [...endpointNames, 'POSTGRES_ADMIN_URL'] as const;
  const missing = names.filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`The environment names no server in ${missing.join(', ')}`);
  return {
    endpoints: Object.fromEntries(names.map((name) => [name, env[name]])) as StackEnvironment,
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

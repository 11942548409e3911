import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { AppError } from './app-process.ts';
import { apps, type AppName } from './apps.ts';

export interface PortOptions {
  /** Whether an application whose port nobody chose takes any free one when its usual one is taken. */
  readonly replaceTaken: boolean;
  readonly print: (line: string) => void;
  /** Other ports than the usual ones. */
  readonly usual?: Partial<Readonly<Record<AppName, number>>>;
}

/**
 * Settles where the applications listen before any of them starts.
 *
 * @returns the variables to add to the environment
 * @throws AppError naming each taken port, who has it as far as that can be known, and the variable to set
 */
export async function settlePorts(
  names: readonly AppName[],
  env: NodeJS.ProcessEnv,
  { replaceTaken, print, usual = {} }: PortOptions,
): Promise<Readonly<Record<string, string>>> {
  const problems: string[] = [];
  const settled: Record<string, string> = {};
  for (const name of names) {
    const { variable, port: usualPort } = apps[name];
    const chosen = env[variable] ?? '';
    const port = chosen === '' ? (usual[name] ?? usualPort) : Number(chosen);
    // What is no port is the application's to refuse.
    if (!(port > 0 && port < 65_536) || (await isFree(port))) continue;
    const taken = `port ${port} is taken by ${ownerOf(port) ?? 'another process'}`;
    if (replaceTaken && chosen === '') {
      print(`${taken}: ${name} takes a free one.`);
      settled[variable] = '0';
    } else problems.push(`  - ${name}: ${taken}. Stop that, or set ${variable} to a free port (0: any).`);
  }
  if (problems.length === 0) return settled;
  throw new AppError(['Nothing was started:', ...problems].join('\n'));
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    // On all addresses: it is not known here on which of them the application will listen.
    await once(server.listen(port), 'listening');
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EADDRINUSE';
  } finally {
    server.close();
  }
}

/** The process that listens on a port, as `node (pid 123)`. Linux only, and only where this account may see it. */
export function ownerOf(port: number): string | undefined {
  try {
    const sockets = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listeningSockets(file, port));
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      if (holdsOne(pid, sockets)) return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
  } catch {
    // Who has it is a help, not what the message is about.
  }
  return undefined;
}

/** Links of the sockets that listen on the port, as a process's `fd` folder shows them. */
function listeningSockets(file: string, port: number): string[] {
  const listening = '0A';
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === listening && parseInt(local!.split(':')[1]!, 16) === port)
    .map((columns) => `socket:[${columns[9]}]`);
}

function holdsOne(pid: string, sockets: readonly string[]): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((fd) => sockets.includes(targetOf(`${folder}/${fd}`)));
  } catch {
    // It has ended meanwhile, or is another account's.
    return false;
  }
}

/** Where a descriptor leads; nowhere once it is closed, as the one by which its own process lists them. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

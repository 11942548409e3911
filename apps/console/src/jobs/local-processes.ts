import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, closeSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  JobNotStarted,
  messageOf,
  type Job,
  type JobHandle,
  type JobStarter,
  type JobState,
} from './job-starter.ts';

export interface LocalProcessesOptions {
  /** Program and first arguments, before the words of the command line. */
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  /** Where output and exit codes are kept; made if need be, for this account alone. */
  readonly directory: string;
}

/** Of each output, from its end. */
const keptBytes = 256 * 1024;
/** Built or from its sources, as this module. */
const keeper = fileURLToPath(new URL(`./keeper${extname(import.meta.url)}`, import.meta.url));

/** Jobs as processes of this machine, each with its own session: what ends the console, or its terminal, does not end them. */
export function localProcesses({ command, env, directory }: LocalProcessesOptions): JobStarter {
  const host = hostname();
  const place = (id: Job['id']) => ({ kind: 'process', host, folder: join(directory, id) });
  return {
    describe: ({ pid, host: on }) => `${pid === undefined ? 'a process' : `process ${pid}`} on ${on!}`,

    place,

    async start({ id, words, actor }: Job): Promise<JobHandle> {
      const { folder } = place(id);
      try {
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        mkdirSync(folder, { mode: 0o700 });
      } catch (error) {
        throw new JobNotStarted(`its folder ${folder} cannot be made (${messageOf(error)})`, {
          cause: error,
        });
      }
      const [stdout, stderr] = ['stdout', 'stderr'].map((name) => openSync(join(folder, name), 'wx', 0o600));
      try {
        const child = spawn(process.execPath, [keeper, join(folder, 'exit'), ...command, ...words], {
          detached: true,
          stdio: ['ignore', stdout!, stderr!],
          env: { ...env, REPRISE_ACTOR: actor },
        });
        child.unref();
        // At once: whoever finds the folder is to find the process, also where this one ends here.
        const found = child.pid !== undefined && { pid: child.pid, began: beganAt(child.pid) ?? '' };
        if (found) writeFileSync(join(folder, 'process'), JSON.stringify(found), { mode: 0o600 });
        await once(child, 'spawn');
        return { ...place(id), ...found };
      } catch (error) {
        throw new JobNotStarted(`${process.execPath} cannot be run (${messageOf(error)})`, { cause: error });
      } finally {
        closeSync(stdout!);
        closeSync(stderr!);
      }
    },

    async look(handle: JobHandle): Promise<JobState> {
      const folder = String(handle['folder']);
      const outputs = async () => ({
        stdout: await lastOf(join(folder, 'stdout')),
        stderr: await lastOf(join(folder, 'stderr')),
      });
      if (handle['host'] !== host) return { state: 'elsewhere', exitCode: null, stdout: '', stderr: '' };
      // Asked before the exit code is looked for: one that ends in between has left it.
      const { pid, began } = handle['pid'] === undefined ? processIn(folder) : handle;
      const isThere = pid !== undefined && isRunning(Number(pid), String(began));
      const exitCode = exitCodeIn(join(folder, 'exit'));
      const state = exitCode !== null ? 'ended' : isThere ? 'running' : 'gone';
      return { state, exitCode, ...(await outputs()) };
    },
  };
}

/** The process of a job, as whoever started it left it in its folder; none where it was not started. */
function processIn(folder: string): JobHandle {
  try {
    return JSON.parse(readFileSync(join(folder, 'process'), 'utf8')) as JobHandle;
  } catch {
    return {};
  }
}

/** Whether that very process runs: a pid is given again after a while. */
function isRunning(pid: number, began: string): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const now = beganAt(pid);
  return began === '' || now === undefined || now === began;
}

/** When a process began, in ticks since the machine did; undefined where the system does not say. */
function beganAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : fields[19];
  } catch {
    return undefined;
  }
}

function exitCodeIn(file: string): number | null {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return /^\d{1,3}$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}

async function lastOf(file: string): Promise<string> {
  try {
    const { size } = statSync(file);
    const handle = await open(file);
    try {
      const from = Math.max(0, size - keptBytes);
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - from), position: from });
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}

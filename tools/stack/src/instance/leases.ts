import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from '../processes.ts';

/** One file per `run` that uses the instance, named by its pid: the last one to leave takes a transient instance down. */
function leaseFolder(directory: string): string {
  return join(directory, 'runs');
}

export function takeLease(directory: string, pid = process.pid): void {
  mkdirSync(leaseFolder(directory), { recursive: true });
  writeFileSync(join(leaseFolder(directory), String(pid)), commandLine(pid)?.text ?? '');
}

/** Gives a lease back and forgets those whose holder died. Returns the pids that still hold one. */
export function dropLease(directory: string, pid: number): number[] {
  const folder = leaseFolder(directory);
  rmSync(join(folder, String(pid)), { force: true });
  return names(folder)
    .map(Number)
    .filter((holder) => {
      const file = join(folder, String(holder));
      if (commandLine(holder)?.text === readFileSync(file, 'utf8')) return true;
      rmSync(file, { force: true });
      return false;
    });
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

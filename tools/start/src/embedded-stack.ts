import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  endpointNames,
  instanceDirectory,
  stackEnvironment,
  stackStatus,
  stackUp,
  type StackEnvironment,
} from '@reprise/stack';

/** The endpoint variables that are configured, by name; empty when the embedded servers are meant. */
export function configuredEndpoints(env: NodeJS.ProcessEnv): string[] {
  return endpointNames.filter((name) => env[name] !== undefined && env[name] !== '');
}

/** Brings the embedded servers up, or finds those of Docker running, and returns their endpoints. */
export async function bringUpStack(
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<StackEnvironment> {
  const directory = instanceDirectory();
  const { kind, up } = await stackStatus(directory);
  const known = kind === 'docker' && up ? stackEnvironment(directory) : undefined;
  return known ?? (await stackUp({ directory, report, signal })).environment;
}

/** Runs the migrations of both databases in a separate process, because they need the development loader. */
export function migrateDatabases(env: NodeJS.ProcessEnv, report: (line: string) => void): Promise<void> {
  const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const child = spawn(
    process.execPath,
    [
      '--conditions=@reprise/source',
      `--import=${file('../../dev.mjs')}`,
      file('../../../apps/migrate/src/main.ts'),
    ],
    { env, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const lines = output.trim();
      if (code === 0) {
        for (const line of lines.split('\n')) report(line);
        resolve();
      } else reject(new Error(`The databases could not be migrated (${code ?? 'killed'}):\n${lines}`));
    });
  });
}

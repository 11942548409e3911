import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StackAborted, StackError } from '../errors.ts';
import { stackFolder } from '../instance/directory.ts';
import type { Java } from '../java.ts';
import type { ArtifactSet } from './digests.ts';

/**
 * Kafka's repository publishes a checksum beside every jar, so any doubt is fatal (-C). For the Elasticsearch zip not every
 * repository serves one; there Maven only warns (-c) and the pinned SHA-256 decides, as it does for the jars too.
 */
const goals: Record<ArtifactSet, string[]> = {
  kafka: ['-C', 'dependency:copy-dependencies@kafka'],
  elasticsearch: ['-c', 'dependency:copy@elasticsearch'],
};

function onPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, program)));
}

/** @throws StackError MAVEN_MISSING, saying what it is needed for and how to get it. */
export function requireMaven(env: NodeJS.ProcessEnv = process.env): void {
  if (onPath('mvn', env)) return;
  throw new StackError(
    'MAVEN_MISSING',
    'Maven fetches Kafka and Elasticsearch, once, and there is no mvn in PATH. Install it (Debian/Ubuntu: apt install ' +
      'maven; macOS: brew install maven), or use Docker instead: npm run -s stack -- up --docker',
  );
}

/**
 * Lets Maven copy one pinned set into `target`.
 * @throws StackError MAVEN_MISSING or DOWNLOAD_FAILED; StackAborted when the signal fires.
 */
export async function mavenCopy(
  set: ArtifactSet,
  target: string,
  options: { java: Java; signal?: AbortSignal; env?: NodeJS.ProcessEnv },
): Promise<void> {
  const env = options.env ?? process.env;
  requireMaven(env);
  const child = spawn(
    'mvn',
    ['-B', '-q', '-f', join(stackFolder, 'pom.xml'), `-Dstack.output=${target}`, ...goals[set]],
    {
      cwd: stackFolder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, ...(env['JAVA_HOME'] || onPath('java', env) ? {} : { JAVA_HOME: options.java.home }) },
    },
  );
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-20_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const stop = (): void => void child.kill('SIGTERM');
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (options.signal?.aborted) throw new StackAborted();
    if (code !== 0) throw new StackError('DOWNLOAD_FAILED', failure(set, output));
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
}

function failure(set: ArtifactSet, output: string): string {
  const lines = output
    .split('\n')
    .filter(
      (line) => line.trim() !== '' && !/\[Help|re-run Maven|For more information|full debug/.test(line),
    );
  return [
    `Maven could not fetch ${set}. Nothing was installed; what was fetched so far stays in Maven's own cache.`,
    ...lines.slice(0, 12).map((line) => `  ${line.slice(0, 500)}`),
    'Check the network and the Maven settings (~/.m2/settings.xml: mirror, proxy), then run it again.',
  ].join('\n');
}

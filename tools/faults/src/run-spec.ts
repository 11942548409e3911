import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Servers } from './cluster/servers.ts';
import { workspaceRoot } from './cluster/workspace.ts';
import type { NamedSpec } from './row.ts';
import { check } from './waiting.ts';

export interface JestReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly title: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/**
 * Runs the named tests of a spec file on these servers.
 * @returns how many ran and passed
 * @throws Error when one failed, or none has one of the titles
 */
export async function runSpec(spec: NamedSpec, { endpoints }: Servers): Promise<number> {
  const { report, text } = await reportOf(workspaceRoot, spec, endpoints);
  check(report !== undefined, `${spec.file} could not be run:\n${text.slice(-2_000)}`);
  return judge(report, spec.file, spec.titles);
}

/**
 * Runs the named tests of a spec file of the workspace at `root`.
 * @returns what Jest reports, undefined when it could not, and all that it wrote
 */
export async function reportOf(
  root: string,
  { file, titles }: NamedSpec,
  endpoints: Servers['endpoints'],
  signal?: AbortSignal,
): Promise<{ readonly report: JestReport | undefined; readonly text: string }> {
  const project = projectOf(join(root, file));
  const folder = await mkdtemp(join(tmpdir(), 'faults-spec-'));
  const outputFile = join(folder, 'report.json');
  try {
    const args = [
      join(root, file),
      '-t',
      titles.map((title) => title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'),
      '--json',
      `--outputFile=${outputFile}`,
    ];
    const text = await jest(root, project, endpoints, args, signal);
    const report = existsSync(outputFile)
      ? (JSON.parse(await readFile(outputFile, 'utf8')) as JestReport)
      : undefined;
    return { report, text };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function judge({ testResults }: JestReport, file: string, titles: readonly string[]): number {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const ran = tests.filter(({ status }) => status === 'passed' || status === 'failed');
  const failed = ran.find(({ status }) => status === 'failed');
  if (failed !== undefined)
    throw new Error(
      `"${failed.fullName}" of ${file} failed: ${failed.failureMessages?.[0]?.slice(0, 1_500)}`,
    );
  const missing = titles.find((title) => !ran.some(({ fullName }) => fullName.includes(title)));
  const trouble = testResults.map(({ message }) => message).join('');
  check(missing === undefined, `${file} has no test "${missing}". ${trouble.slice(0, 1_000)}`);
  return ran.length;
}

/** The folder of the project a file belongs to. */
function projectOf(path: string): string {
  const folder = dirname(path);
  return existsSync(join(folder, 'jest.config.mjs')) ? folder : projectOf(folder);
}

function jest(
  root: string,
  cwd: string,
  endpoints: Servers['endpoints'],
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const options = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=TimeoutNegativeWarning',
  ];
  const program = join(root, 'node_modules/jest/bin/jest.js');
  const child = spawn(process.execPath, [...options, program, '-w', '1', ...args], {
    cwd,
    ...(signal && { signal }),
    env: {
      ...process.env,
      ...endpoints,
      TEST_COUNTS_DIR: undefined,
      CI: 'true',
      NODE_OPTIONS: options.join(' '),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}

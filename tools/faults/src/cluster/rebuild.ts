import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProxiedRequest } from '@reprise/test-kit/proxies';
import type { FaultCounts } from '../fault-counts.ts';
import { check } from '../waiting.ts';
import type { AppProcess, Exit } from './app-process.ts';
import type { AppOptions, JobResult, World } from './world.ts';

/** The parts of a receipt that are compared. */
export interface Receipt {
  readonly outcome: string;
  readonly digest: string | null;
  readonly generation: { readonly name: string } | null;
  readonly cutover: { readonly from: string | null; readonly to: string } | null;
  readonly ranges: readonly { readonly partition: number; readonly start: string; readonly end: string }[];
  readonly events: Readonly<Record<string, unknown>>;
  readonly documents: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  readonly message: string | null;
  readonly resources: { readonly maxRssBytes: number };
  readonly timing: { readonly durationMs: number; readonly eventsPerSecond: number };
}

export const rebuildArguments = ['rebuild', '--projection', 'product_search', '--json'] as const;

/** Runs a rebuild to its end. */
export async function rebuild(
  world: World,
  more: readonly string[] = [],
  options: AppOptions = {},
): Promise<JobResult & { readonly receipt: Receipt | undefined }> {
  const result = await world.job([...rebuildArguments, ...more], options);
  return { ...result, receipt: receiptIn(result.stdout) };
}

/** Runs a rebuild that has to end with 0 and a receipt. */
export async function successfulRebuild(
  world: World,
  more: readonly string[] = [],
  options: AppOptions = {},
): Promise<Receipt> {
  const { code, receipt, text } = await rebuild(world, more, options);
  check(code === 0 && receipt !== undefined, `the rebuild ended with ${code}:\n${text.slice(-1_500)}`);
  return receipt;
}

function receiptIn(stdout: string): Receipt | undefined {
  try {
    return JSON.parse(stdout) as Receipt;
  } catch {
    return undefined;
  }
}

/** A request to Elasticsearch at which a rebuild is killed. */
export interface KillPoint {
  readonly name: string;
  readonly when: 'before' | 'after';
  /** Which of the requests that match, from 1. */
  readonly at?: number;
  readonly matches: (request: ProxiedRequest) => boolean;
}

/** Runs a rebuild that is killed with SIGKILL when its request arrives, or when the server has carried it out. */
export async function killedRebuild(
  world: World,
  point: KillPoint,
  faults: FaultCounts,
  options: AppOptions = {},
): Promise<Exit> {
  const { proxy, env } = await world.http();
  const started: { process?: AppProcess } = {};
  let matched = 0;
  const act = (): void => {
    faults.count(`rebuild killed: ${point.name}`);
    started.process?.signal('SIGKILL');
  };
  proxy.inject((request) => {
    if (!point.matches(request) || (matched += 1) !== (point.at ?? 1)) return undefined;
    return { kind: point.when, act };
  });
  started.process = world.start('rebuild-job', {
    ...options,
    env: { ...env, ...options.env },
    args: [...rebuildArguments, ...(options.args ?? [])],
  });
  const exit = await started.process.exit();
  const lastSeen = proxy.seen.slice(-6).map(({ method, path }) => `${method} ${path}`);
  check(
    exit.signal === 'SIGKILL',
    `the rebuild was not killed at "${point.name}" but ended with ${exit.code}; requests: ${lastSeen.join(', ')}`,
  );
  return exit;
}

/** A folder for temporary files of this row's processes, to see what they leave there. */
export async function ownTemporaryFolder(): Promise<{ env: { TMPDIR: string }; left(): Promise<string[]> }> {
  const folder = await mkdtemp(join(tmpdir(), 'faults-tmp-'));
  return { env: { TMPDIR: folder }, left: () => readdir(folder) };
}

import type { DatabaseTemplates } from './cluster/databases.ts';
import type { Servers } from './cluster/servers.ts';
import { createWorld } from './cluster/world.ts';
import { FaultCounts } from './fault-counts.ts';
import { NotPossible, type Row, type ScenarioRow, type Scene, type SpecRow } from './row.ts';
import { runSpec } from './run-spec.ts';

export interface RowResult {
  readonly row: Row;
  readonly outcome: 'held' | 'broken' | 'not run';
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  /** Why it is broken, or was not run. */
  readonly reason?: string;
}

/** Bound against hanging; most rows are meant to take less than 30 s. */
const rowSeconds = 280;

/** Carries out one row. Whatever fails is in the result; nothing is thrown. */
export async function runRow(
  row: Row,
  servers: Servers,
  templates: DatabaseTemplates,
  long = false,
): Promise<RowResult> {
  const begun = performance.now();
  const seconds = (): number => Math.round((performance.now() - begun) / 100) / 10;
  const notRun = (reason: string): RowResult => ({
    row,
    outcome: 'not run',
    seconds: 0,
    faults: {},
    notes: [],
    reason,
  });
  if (row.kind === 'scenario' && row.onlyLong === true && !long) return notRun('only with --long');
  const faults = new FaultCounts();
  const notes: string[] = [];
  try {
    if (row.kind === 'spec') await runSpecs(row, servers, faults);
    else await runScenario(row, servers, templates, { faults, long, note: (text) => notes.push(text) });
    return { row, outcome: 'held', seconds: seconds(), faults: faults.all(), notes };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof NotPossible) return notRun(reason);
    return { row, outcome: 'broken', seconds: seconds(), faults: faults.all(), notes, reason };
  }
}

async function runSpecs({ specs }: SpecRow, servers: Servers, faults: FaultCounts): Promise<void> {
  for (const spec of specs) faults.count('named test', await runSpec(spec, servers));
}

async function runScenario(
  row: ScenarioRow,
  servers: Servers,
  templates: DatabaseTemplates,
  { faults, long, note }: Omit<Scene, 'world'>,
): Promise<void> {
  if (row.killsServers === true && servers.own === undefined)
    throw new Error('This row kills servers, and these are shared.');
  const world = await createWorld(servers, templates, { partitions: row.partitions });
  const seconds = row.withinSeconds ?? rowSeconds;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`I9: not over after ${seconds} s`)), seconds * 1_000);
  try {
    await Promise.race([row.run({ world, faults, long, note }), late.promise]);
    const silent = row.fires.filter((fault) => faults.of(fault) === 0);
    if (silent.length > 0) throw new Error(`The fault "${silent.join('", "')}" never fired.`);
  } finally {
    clearTimeout(timer);
    // What is left behind by a broken row is of no interest any more.
    await world.close().catch((error: unknown) => note(`clean-up failed: ${String(error)}`));
  }
}

import type { DatabaseTemplates } from './cluster/databases.ts';
import type { Servers } from './cluster/servers.ts';
import { createWorld } from './cluster/world.ts';
import { FaultCounts } from './fault-counts.ts';
import type { Row, ScenarioRow, SpecRow } from './row.ts';
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

/** Bound against hanging; a row is meant to take less than 30 s. */
const rowTimeoutMs = 280_000;

/** Carries out one row. Whatever fails is in the result; nothing is thrown. */
export async function runRow(row: Row, servers: Servers, templates: DatabaseTemplates): Promise<RowResult> {
  const begun = performance.now();
  const seconds = (): number => Math.round((performance.now() - begun) / 100) / 10;
  if (row.kind === 'not run')
    return { row, outcome: 'not run', seconds: 0, faults: {}, notes: [], reason: row.reason };
  const faults = new FaultCounts();
  const notes: string[] = [];
  try {
    if (row.kind === 'spec') await runSpecs(row, servers, faults);
    else await runScenario(row, servers, templates, faults, (text) => notes.push(text));
    return { row, outcome: 'held', seconds: seconds(), faults: faults.all(), notes };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
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
  faults: FaultCounts,
  note: (text: string) => void,
): Promise<void> {
  if (row.killsServers === true && servers.own === undefined)
    throw new Error('This row kills servers, and these are shared.');
  const world = await createWorld(servers, templates, { partitions: row.partitions });
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`I9: not over after ${rowTimeoutMs / 1_000} s`)),
    rowTimeoutMs,
  );
  try {
    await Promise.race([row.run({ world, faults, note }), late.promise]);
    const silent = row.fires.filter((fault) => faults.of(fault) === 0);
    if (silent.length > 0) throw new Error(`The fault "${silent.join('", "')}" never fired.`);
  } finally {
    clearTimeout(timer);
    // What is left behind by a broken row is of no interest any more.
    await world.close().catch((error: unknown) => note(`clean-up failed: ${String(error)}`));
  }
}

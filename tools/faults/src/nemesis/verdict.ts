import type { World } from '../cluster/world.ts';
import { checkAtRest } from '../oracle/check-all.ts';
import { judgeCommands } from '../oracle/command-history.ts';
import { checkNoDebris } from '../oracle/debris.ts';
import { countDeadLetters } from '../oracle/dead-letters.ts';
import { settled } from '../oracle/documents.ts';
import { committedEvents } from '../oracle/event-store.ts';
import { checkAlias, type AliasHistory } from '../traffic/alias.ts';
import type { Sent } from '../traffic/commands.ts';
import type { ReaderHistory } from '../traffic/observers.ts';
import { check } from '../waiting.ts';

/** What was recorded while the nemesis ran. */
export interface Recorded {
  readonly sent: readonly Sent[];
  readonly alias: AliasHistory;
  readonly reads: ReaderHistory;
  /** Switches without which the run has shown nothing about readers. */
  readonly leastSwitches: number;
}

export interface Verdict {
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  readonly committed: number;
  readonly duplicateRecords: number;
  readonly deadLetters: number;
  readonly reads: number;
  /** Reads that failed while Elasticsearch was neither killed nor frozen. */
  readonly failedReads: number;
  readonly wentBack: number;
  readonly aliasSamples: number;
  /** How far the samples were apart, in milliseconds. */
  readonly aliasIntervalMs: { readonly median: number; readonly p99: number; readonly max: number };
  readonly switches: number;
  /** Invariants that do not hold; none when all is well. */
  readonly broken: readonly string[];
}

/** Judges a run once everything is healed. Each invariant is looked at, also after one that does not hold. */
export async function judgeRun(
  world: World,
  { sent, alias, reads, leastSwitches }: Recorded,
  finalRebuild: () => Promise<void>,
): Promise<Verdict> {
  const broken: string[] = [];
  const attempt = async <T>(work: () => Promise<T> | T, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      broken.push(error instanceof Error ? error.message : String(error));
      return otherwise;
    }
  };
  const nothing = { committed: 0, records: 0, duplicates: 0 };
  const log = await attempt(() => checkAtRest(world, 120_000), nothing);
  const committed = await committedEvents(world);
  const commands = await attempt(() => judgeCommands(sent, committed), {
    acknowledged: 0,
    lost: 0,
    doubled: 0,
  });
  await attempt(() => checkAlias(world, alias), undefined);
  await attempt(
    () =>
      check(
        alias.seen.length > leastSwitches,
        `only ${alias.seen.length - 1} switches were seen, so I6 and I7 have shown little; at least ${leastSwitches} are meant to be`,
      ),
    undefined,
  );
  await attempt(finalRebuild, undefined);
  await attempt(() => settled(world), '');
  await attempt(() => checkNoDebris(world), undefined);
  const deadLetters = await countDeadLetters(world);
  await attempt(() => {
    check(commands.lost === 0, `I1: ${commands.lost} acknowledged commands have no event`);
    check(commands.doubled === 0, `I4: ${commands.doubled} commands have more than one event`);
  }, undefined);
  await attempt(
    () => check(deadLetters === 0, `I11: ${deadLetters} dead letters though nothing is poison`),
    undefined,
  );
  await attempt(
    () =>
      check(
        reads.wentBack.length === 0,
        `I7: ${reads.wentBack.length} reads went back: ${reads.wentBack[0]}`,
      ),
    undefined,
  );
  await attempt(
    () => check(reads.failed.length === 0, `${reads.failed.length} reads failed: ${reads.failed[0]}`),
    undefined,
  );
  return {
    ...commands,
    committed: committed.length,
    duplicateRecords: log.duplicates,
    deadLetters,
    reads: reads.reads,
    failedReads: reads.failed.length,
    wentBack: reads.wentBack.length,
    aliasSamples: alias.samples,
    aliasIntervalMs: alias.intervalMs,
    switches: alias.seen.length - 1,
    broken,
  };
}

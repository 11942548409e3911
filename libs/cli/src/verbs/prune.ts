import { pruneDefaults, pruneReadModel } from '@reprise/read-model-rebuild';
import { describeAction, type Action } from '@reprise/read-model-status';
import { exitCodes } from '@reprise/runtime/commands';
import { eachProjection, printJson } from '../each-projection.ts';
import { readProjections } from '../line/projection-option.ts';
import { openServers } from '../servers/open-servers.ts';
import type { CommandRun } from '../verb.ts';

export const run: CommandRun = async (options, invocation) => {
  const projections = readProjections(options, invocation);
  const keep = options.wholeNumber('keep', 0, pruneDefaults.keep);
  const standbyHours = options.wholeNumber('standbyHours', 0, pruneDefaults.standbyHours);
  const dryRun = options.dryRun('APPLY');
  const json = options.flag('json');
  options.finish();
  const print = (line: string) => (json ? undefined : invocation.stdout(line));
  const servers = await openServers(invocation, { projections, changes: !dryRun });
  try {
    const { results, exitCode } = await eachProjection(projections, invocation, async (projection) => {
      const { pruned, next } = await pruneReadModel(projection, servers.of(projection), {
        keep,
        standbyMs: standbyHours * 3_600_000,
        dryRun,
      });
      for (const { name, why } of pruned.deleted) {
        print(`${projection.name}: ${dryRun ? 'would delete' : 'deleted'} ${name} (${why})\n`);
      }
      for (const { name, why } of pruned.kept) {
        print(`${projection.name}: kept ${name} (${why}), which may be the last complete one\n`);
      }
      for (const { name, by } of pruned.read) {
        print(`${projection.name}: kept ${name}, which is read through ${by.join(', ')}\n`);
      }
      for (const name of pruned.orphans) {
        print(`${projection.name}: ${name} is owned by no entry of the registry and was left alone\n`);
      }
      for (const name of pruned.missing) {
        print(`${projection.name}: ${name} is in the registry, and its index or table is gone\n`);
      }
      if (pruned.danger !== null) {
        invocation.stderr(describeDanger(projection.name, pruned.danger, next));
        return { result: { projection: projection.name, dryRun, ...pruned }, exitCode: exitCodes.refused };
      }
      if (pruned.deleted.length === 0) print(`${projection.name}: nothing to delete\n`);
      return { result: { projection: projection.name, dryRun, ...pruned }, exitCode: exitCodes.done };
    });
    if (json) printJson(projections, results, invocation);
    return exitCode;
  } finally {
    await servers.close();
  }
};

/** Why every complete generation was kept, and the fastest safe step to what readers need. */
function describeDanger(projection: string, danger: string, next: Action | null): string {
  return (
    `${projection}: ${danger}, so no complete generation is deleted. ` +
    `${next ? `Bring readers to a complete one first: ${describeAction(next)}` : 'Look at it, then run this again.'}\n`
  );
}

import { exitCodes, pruneReadModel } from '@reprise/read-model-rebuild';
import type { Action } from '@reprise/read-model-status';
import { describeAction } from '../report/next-step.ts';
import { eachProjection, printJson } from '../each-projection.ts';
import { contextOption, readProjections } from '../projection-option.ts';
import { openServers } from '../servers.ts';
import type { Verb } from '../verb.ts';

export const pruneCommand: Verb = {
  name: 'prune',
  description:
    'Deletes generations nobody reads: failed and abandoned ones, retired and unpromoted ones beyond the last N.',
  options: [
    ['--projection <name>', 'the projection to clean up, or all (required)'],
    contextOption,
    ['--keep <n>', 'retired generations to keep, and as many never promoted, newest first (default 1)'],
    ['--standby-hours <hours>', 'hours a standby generation is kept after the cutover (default 24)'],
    ['--dry-run', 'only say what would go'],
    ['--mode <mode>', 'APPLY, or DRY_RUN: the same as --dry-run (default APPLY)'],
    ['--json', 'print what was deleted and kept as one JSON document on stdout'],
  ],
  examples: ['prune --projection all --dry-run', 'prune --projection product_search --keep 2'],
  async run(options, invocation) {
    const projections = readProjections(options, invocation);
    const keep = options.wholeNumber('keep', 0, 1);
    const standbyHours = options.wholeNumber('standbyHours', 0, 24);
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
  },
};

/** Why every complete generation was kept, and the fastest safe step to what readers need. */
function describeDanger(projection: string, danger: string, next: Action | null): string {
  return (
    `${projection}: ${danger}, so no complete generation is deleted. ` +
    `${next ? `Bring readers to a complete one first: ${describeAction(next)}` : 'Look at it, then run this again.'}\n`
  );
}

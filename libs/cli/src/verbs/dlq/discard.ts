import { commandLine, exitCodes } from '@reprise/runtime/commands';
import {
  discardLetters,
  placesText,
  type DiscardedOne,
  type DiscardRequest,
  type LetterServers,
} from '@reprise/read-model-feed';
import { readProjections } from '../../line/projection-option.ts';
import { jsonText, number } from '../../report/text.ts';
import type { CommandRun } from '../../verb.ts';
import { paced } from './redrive.ts';
import { boundHint, boundOfDryRun, readMeant, selectionOf } from './which-letters.ts';
import { findAll, thisOperator, withLetters } from './with-letters.ts';

const eventsPerSecond = 200;
/** Ids of each kind that the JSON document and the audit have; the counts are of all. */
const listed = 1_000;

export const run: CommandRun = async (options, invocation, words) => {
  const chosen = readProjections(options, invocation, 'all');
  const meant = readMeant(options, words);
  const reason = options.text('reason')?.trim() ?? '';
  if (reason === '') options.problem('--reason is required: say why, it is kept on record');
  const dryRun = options.flag('dryRun');
  const json = options.flag('json');
  options.finish();
  const { signal, stdout, stderr } = invocation;
  return withLetters(chosen, meant, invocation, !dryRun, async (contexts, { repairs }) => {
    if (meant.ids.size > 0) await findAll(contexts, meant.ids, signal);
    const upTo = dryRun ? await boundOfDryRun(meant, contexts) : meant.filter.upTo;
    let refused = 0;
    const aggregates = new Map(
      contexts.flatMap(({ models }) =>
        models.map(({ projection }) => [projection.name, projection.aggregate] as const),
      ),
    );
    const request: DiscardRequest = {
      // Those that a run which was cut off has discarded too: what waits behind them is still to be released.
      ...selectionOf({ ...meant, filter: { ...meant.filter, upTo } }, ['open', 'discarded']),
      ...{ dryRun, reason, signal, actor: thisOperator(), pace: paced(eventsPerSecond, signal) },
      requestRepair: async (blocked) => {
        const tasks = blocked.map(({ projection, projectionVersion, aggregateId, reason: error }) => ({
          ...{ projection, projectionVersion, aggregateId, error },
          aggregateType: aggregates.get(projection)!,
          reason: 'dead-letter' as const,
        }));
        const added = await repairs.add(tasks);
        refused += added.refused.length;
        if (added.unstorable.length > 0)
          stderr(
            `${added.unstorable.length} letters name an aggregate by an id that no document can have: there is nothing to repair.\n`,
          );
      },
    };
    const counts = { discarded: 0, released: 0, waiting: 0 };
    const first: Record<DiscardedOne['outcome'], string[]> = { discarded: [], released: [], waiting: [] };
    for await (const { id, outcome } of discarded(contexts, request)) {
      counts[outcome] += 1;
      if (first[outcome].length < listed) first[outcome].push(id);
      if (!json) stdout(`${id}  ${dryRun ? 'would be discarded' : meaning[outcome]}\n`);
    }
    invocation.audit.report({ counts, ...first });
    const bound = upTo ? placesText(upTo) : null;
    if (json) stdout(`${jsonText({ dryRun, upTo: bound, counts, ...first }, 2)}\n`);
    else if (Object.values(counts).every((count) => count === 0))
      stdout(
        meant.ids.size > 0
          ? 'Nothing was changed: they were already discarded.\n'
          : 'Nothing was changed: no open dead letter matches.\n',
      );
    stderr(dryRun ? wouldBe(counts.discarded, boundHint(upTo)) : was(counts));
    if (refused > 0)
      stderr(
        `The repair queue is full and refused ${refused} tasks. Look at it: ${commandLine.repairQueue('all')}\n`,
      );
    return refused > 0 ? exitCodes.refused : exitCodes.done;
  });
};

const meaning: Readonly<Record<DiscardedOne['outcome'], string>> = {
  discarded: 'discarded',
  released: 'released',
  waiting: 'waits; its aggregate is in the repair queue',
};

/** The letters of one context after the other. */
async function* discarded(
  contexts: readonly LetterServers[],
  request: DiscardRequest,
): ReturnType<typeof discardLetters> {
  for (const servers of contexts) yield* discardLetters(servers, request);
}

function was({ discarded, released, waiting }: Readonly<Record<DiscardedOne['outcome'], number>>): string {
  return `${number(discarded)} discarded, ${number(released)} released, ${number(waiting)} waiting.\n`;
}

function wouldBe(count: number, hint: string): string {
  return `${number(count)} would be discarded. It was a dry run: nothing was changed, and what waits behind them was not looked at.${hint}\n`;
}

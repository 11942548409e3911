import { commandLine, exitCodes } from '@reprise/runtime/commands';
import { discardLetters, type DiscardRequest, type DiscardResult } from '@reprise/read-model-feed';
import { readProjections } from '../../line/projection-option.ts';
import { jsonText } from '../../report/text.ts';
import type { CommandRun } from '../../verb.ts';
import { paced } from './redrive.ts';
import { findAll, readIds, thisOperator, withLetters } from './with-letters.ts';

const eventsPerSecond = 200;

export const run: CommandRun = async (options, invocation, words) => {
  const chosen = readProjections(options, invocation, 'all');
  const ids = readIds(options, words);
  if (ids.size === 0)
    options.problem('name the dead letters to discard: dlq discard topic:partition:offset --reason TEXT');
  const reason = options.text('reason')?.trim() ?? '';
  if (reason === '') options.problem('--reason is required: say why, it is kept on record');
  const json = options.flag('json');
  options.finish();
  const { signal, stdout, stderr } = invocation;
  return withLetters(chosen, ids, invocation, true, async (contexts, { repairs }) => {
    await findAll(contexts, ids, signal);
    let refused = 0;
    const aggregates = new Map(
      contexts.flatMap(({ models }) =>
        models.map(({ projection }) => [projection.name, projection.aggregate] as const),
      ),
    );
    const request = {
      ...{ ids, reason, signal, actor: thisOperator(), pace: paced(eventsPerSecond, signal) },
      requestRepair: async (blocked: Parameters<DiscardRequest['requestRepair']>[0]) => {
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
    const results: DiscardResult[] = [];
    for (const servers of contexts) results.push(await discardLetters(servers, request));
    const result = {
      discarded: results.flatMap(({ discarded }) => discarded),
      released: results.flatMap(({ released }) => released),
      waiting: results.flatMap(({ waiting }) => waiting),
    };
    invocation.audit.report(result);
    if (json) stdout(`${jsonText(result, 2)}\n`);
    else {
      const { discarded, released, waiting } = result;
      for (const id of discarded) stdout(`${id}  discarded\n`);
      for (const id of released) stdout(`${id}  released\n`);
      for (const id of waiting) stdout(`${id}  waits; its aggregate is in the repair queue\n`);
      if (discarded.length === 0) stdout('Nothing was changed: they were already discarded.\n');
    }
    if (refused > 0)
      stderr(
        `The repair queue is full and refused ${refused} tasks. Look at it: ${commandLine.repairQueue('all')}\n`,
      );
    return refused > 0 ? exitCodes.refused : exitCodes.done;
  });
};

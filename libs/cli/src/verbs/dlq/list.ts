import {
  describeTopic,
  fedModels,
  judgedLetters,
  matchesFilter,
  mayMatch,
  type LetterServers,
  type StoredLetter,
} from '@reprise/read-model-feed';
import { exitCodes } from '@reprise/runtime/commands';
import { readProjections } from '../../line/projection-option.ts';
import { jsonText } from '../../report/text.ts';
import type { CommandRun } from '../../verb.ts';
import { lineOf, rowOf, type LetterRow } from './letter-text.ts';
import { readFilter } from './which-letters.ts';
import { withLetters } from './with-letters.ts';

const states = ['open', 'resolved', 'discarded', 'all'] as const;

export const run: CommandRun = async (options, invocation) => {
  const chosen = readProjections(options, invocation, 'all');
  const filter = readFilter(options);
  const state = options.oneOf('state', states, 'all');
  const limit = options.wholeNumber('limit', 1, 100);
  const json = options.flag('json');
  options.finish();
  const { stdout, stderr, signal } = invocation;
  return withLetters(chosen, { ids: new Set(), filter }, invocation, false, async (contexts) => {
    const rows: LetterRow[] = [];
    let more = false;
    const scan = { wanted: (letter: StoredLetter) => mayMatch(letter, filter), signal };
    for await (const letters of lettersOf(contexts, scan)) {
      const meant = letters.filter(
        (letter) => (state === 'all' || letter.state === state) && matchesFilter(letter, filter),
      );
      more = rows.length + meant.length > limit;
      rows.push(...meant.slice(0, limit - rows.length).map(rowOf));
      if (more) break;
    }
    if (json) stdout(`${jsonText(rows, 2)}\n`);
    else {
      for (const row of rows) stdout(`${lineOf(row)}\n`);
      if (rows.length === 0) stdout('No dead letters.\n');
    }
    if (more) stderr(`There are more: only the first ${limit} are shown (--limit).\n`);
    return exitCodes.done;
  });
};

/** The letters of one context after the other. */
async function* lettersOf(
  contexts: readonly LetterServers[],
  scan: Parameters<typeof judgedLetters>[3],
): ReturnType<typeof judgedLetters> {
  for (const servers of contexts) {
    const topic = await describeTopic(servers.kafka, servers.deadLetters);
    yield* judgedLetters(servers, topic, await fedModels(servers), scan);
  }
}

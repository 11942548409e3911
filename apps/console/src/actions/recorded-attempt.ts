import type { Registry, RequestedAction } from '@reprise/read-model-indices';
import { thisProcess } from '@reprise/runtime';

/** Writes down that an action is tried, before anything is started; once, however often it is called. @throws DependencyError */
export async function recordAttempt(
  { audit }: Pick<Registry, 'audit'>,
  { id, arguments: words, requestedBy, approvedBy }: RequestedAction,
): Promise<void> {
  await audit.recordAttempt({
    attempt: id,
    origin: 'console',
    ...thisProcess(),
    askedBy: requestedBy,
    ...(approvedBy !== null && { actor: `approved by ${approvedBy}` }),
    verb: verbOf(words),
    arguments: words.slice(verbOf(words).split(' ').length),
  });
}

/** The verb of a command line: `rebuild`, `dlq redrive`. */
function verbOf(words: readonly string[]): string {
  return words.slice(0, words[0] === 'dlq' ? 2 : 1).join(' ');
}

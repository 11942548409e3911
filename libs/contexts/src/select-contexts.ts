import type { Context, ListedProjection } from './definition.ts';

/** Limits a process to some of the contexts where its command line names none. */
export const contextsVariable = 'REPRISE_CONTEXTS';

/**
 * The contexts that are meant, in the order they are declared.
 *
 * @param named names divided by commas, from the command line; undefined where it names none
 * @param onProblem called with a sentence for each name that no context has
 * @returns all of them where neither the command line nor `REPRISE_CONTEXTS` names any
 */
export function selectContexts<P extends ListedProjection>(
  contexts: readonly Context<P>[],
  named: string | undefined,
  env: NodeJS.ProcessEnv,
  onProblem: (sentence: string) => void,
): readonly Context<P>[] {
  const text = named ?? env[contextsVariable];
  if (text === undefined || (named === undefined && text.trim() === '')) return contexts;
  const said = named === undefined ? contextsVariable : '--context';
  const wanted = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const known = contexts.map(({ name }) => name);
  if (wanted.length === 0) onProblem(`${said} names no context: one or more of ${known.join(', ')}`);
  for (const name of wanted)
    if (!known.includes(name))
      onProblem(`${said} "${name}" is not known: it must be one or more of ${known.join(', ')}`);
  return contexts.filter(({ name }) => wanted.includes(name));
}

import type { ReadModelStatus, StatusDocument } from '@reprise/read-model-status';
import { didYouMean } from '../line/suggestion.ts';
import { UsageError } from '../line/usage-error.ts';
import type { Invocation } from '../verb.ts';
import type { StatusSource } from '../servers/server-status.ts';
import { askConsole } from './console-api.ts';
import type { ConsoleQuestion } from './console-option.ts';
import { readStatusDocument } from './status-document.ts';

/**
 * The status of read models as a console sees them now. Needs neither servers nor a file that lists contexts. Its `look` throws
 * ConsoleUnavailable, and UsageError for a name that the console does not know, a key it does not accept, or another release.
 *
 * @param maxLagMs age of the oldest event that readers may lack for a read model to count as fresh
 */
export function statusFromConsole(
  question: ConsoleQuestion,
  maxLagMs: number,
  invocation: Pick<Invocation, 'signal'>,
): StatusSource {
  return {
    look: async () => {
      const answer = await askConsole(question.address, `status?maxLag=${maxLagMs / 1_000}`, invocation);
      return { statuses: chosenOf(contextsOf(question, answer), question) };
    },
    close: () => Promise.resolve(),
  };
}

function contextsOf({ address: { origin } }: ConsoleQuestion, answer: unknown): StatusDocument['contexts'] {
  const contexts = readStatusDocument(answer);
  if (contexts) return contexts;
  throw new UsageError(
    `${origin} answered something other than a status of this release. Nothing was changed. Check --console, or use the release the console runs.`,
  );
}

function chosenOf(contexts: StatusDocument['contexts'], asked: ConsoleQuestion): ReadModelStatus[] {
  const names = contexts.map(({ context }) => context);
  for (const name of asked.contexts ?? []) if (!names.includes(name)) throw unknown('--context', name, names);
  const meant = contexts
    .filter(({ context }) => asked.contexts?.includes(context) ?? true)
    .flatMap(({ readModels }) => readModels);
  const { projection } = asked;
  if (projection === undefined) return meant;
  const found = meant.filter((one) => one.projection === projection);
  if (found.length > 0) return found;
  const known = meant.map((one) => one.projection);
  throw unknown('--projection', projection, known);
}

function unknown(option: string, name: string, known: readonly string[]): UsageError {
  return new UsageError(
    `${option} "${name}" is not known to the console: it must be one of ${known.join(', ')}${didYouMean(name, known)}. Nothing was changed.`,
  );
}

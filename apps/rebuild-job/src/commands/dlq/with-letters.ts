import { describeTopic, parseLetterId, TopicMissing, type LetterServers } from '@reprise/read-model-feed';
import type { Projection } from '@reprise/read-model-projections';
import { projections } from '@reprise/product-read-model';
import { RebuildError, thisProcess } from '@reprise/read-model-rebuild';
import { readConfiguration } from '@reprise/runtime';
import type { OptionReader } from '../../option-reader.ts';
import { readProjections } from '../../projection-option.ts';
import { openServers, type OpenServers } from '../../servers.ts';
import type { Invocation } from '../../verb.ts';

/** Who works at this command line, for the record. */
export function thisOperator(): { readonly host: string; readonly user: string } {
  const { host, user } = thisProcess();
  return { host, user };
}

/** The projections `--projection` names; without it, or with `all`, every registered one. */
export function chosenProjections(options: OptionReader): readonly Projection[] {
  const name = options.text('projection');
  if (name === undefined || name === 'all') return projections;
  return readProjections(options);
}

/** The words of a command line as ids of dead letters. */
export function readIds(options: OptionReader, words: readonly string[]): ReadonlySet<string> {
  for (const word of words) {
    if (!parseLetterId(word))
      options.problem(`"${word}" is no id of a dead letter (topic:partition:offset, as dlq list shows it)`);
  }
  return new Set(words);
}

/**
 * Opens what dead letters are looked at and worked on with, runs `work`, and closes it.
 * @param changes whether the read models are changed by it
 * @throws ConfigurationError; ReadModelNotMigrated; BoundElsewhere; TopicMissing; RebuildError USAGE; DependencyError
 */
export async function withLetters<T>(
  chosen: readonly Projection[],
  invocation: Invocation,
  changes: boolean,
  work: (servers: LetterServers, open: OpenServers) => Promise<T>,
): Promise<T> {
  const { kafka, productEventsTopic, deadLetterTopic } = readConfiguration(invocation.env, ['kafka']);
  const open = await openServers(invocation, { projections: chosen, changes });
  try {
    const events = await describeTopic(kafka, productEventsTopic);
    await describeTopic(kafka, deadLetterTopic).catch(explainMissing(deadLetterTopic));
    return await work(open.letterServers(events, chosen), open);
  } finally {
    await open.close();
  }
}

function explainMissing(name: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof TopicMissing)) throw error;
    throw new RebuildError(
      'USAGE',
      `The dead-letter topic "${name}" does not exist. Nothing was changed. Create it, or set DEAD_LETTER_TOPIC to the one the consumer writes.`,
    );
  };
}

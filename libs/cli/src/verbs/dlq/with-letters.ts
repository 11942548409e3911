import type { Setting } from '@reprise/contexts';
import {
  describeTopic,
  findLetters,
  parseLetterId,
  TopicMissing,
  type JudgedLetter,
  type LetterFilter,
  type LetterServers,
} from '@reprise/read-model-feed';
import type { Projection } from '@reprise/read-model-projections';
import { thisProcess } from '@reprise/runtime';
import { commandLine } from '@reprise/runtime/commands';
import type { OptionReader } from '../../line/option-reader.ts';
import { openServers, type OpenServers } from '../../servers/open-servers.ts';
import type { Invocation } from '../../verb.ts';
import { UsageError } from '../../line/usage-error.ts';

/** Who works at this command line, for the record. */
export function thisOperator(): { readonly host: string; readonly user: string } {
  const { host, user } = thisProcess();
  return { host, user };
}

/** The words of a command line as ids of dead letters. */
export function readIds(options: OptionReader, words: readonly string[]): ReadonlySet<string> {
  for (const word of words) {
    if (!parseLetterId(word))
      options.problem(
        `"${word}" is not the id of a dead letter (topic:partition:offset, as dlq list shows it)`,
      );
  }
  return new Set(words);
}

interface WantedLetters {
  readonly ids: ReadonlySet<string>;
  readonly filter?: Pick<LetterFilter, 'upTo'>;
}

/**
 * Opens what dead letters are looked at and worked on with, runs `work`, and closes it.
 *
 * @param wanted ids of dead letters, if they are named, and places in dead-letter topics, if it is kept to what stands before them:
 * their topics say which contexts are meant.
 * @param changes whether the read models are changed by it
 * @param work is given the servers of each context that is meant
 * @throws ConfigurationError; ReadModelNotMigrated; BoundElsewhere; TopicMissing; UsageError; DependencyError
 */
export async function withLetters<T>(
  chosen: readonly Projection[],
  { ids, filter: { upTo } = {} }: WantedLetters,
  invocation: Invocation,
  changes: boolean,
  work: (contexts: readonly LetterServers[], open: OpenServers) => Promise<T>,
): Promise<T> {
  const open = await openServers(invocation, { projections: chosen, changes });
  try {
    const topics = new Set([...ids].map((id) => parseLetterId(id)!.topic));
    const contexts: LetterServers[] = [];
    for (const { settings, letterServers, chosen: own, of } of open.contextsOf(chosen)) {
      const { topic, deadLetterTopic } = settings;
      if (topics.size > 0 && !topics.has(topic.value)) continue;
      if (upTo && !upTo.has(deadLetterTopic.value)) continue;
      const { kafka } = of(own[0]!);
      const events = await describeTopic(kafka, topic.value, { topicSetting: topic.variable });
      await describeTopic(kafka, deadLetterTopic.value).catch(explainMissing(deadLetterTopic));
      contexts.push(letterServers(events, own));
    }
    return await work(contexts, open);
  } finally {
    await open.close();
  }
}

/** Letters with these ids, from wherever they are. @throws UsageError naming the ids that are in no dead letter */
export async function findAll(
  contexts: readonly LetterServers[],
  ids: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<JudgedLetter[]> {
  const letters: JudgedLetter[] = [];
  for (const servers of contexts) letters.push(...(await findLetters(servers, ids, signal)));
  const found = new Set(letters.map(({ id }) => id));
  const missing = [...ids].filter((id) => !found.has(id));
  if (missing.length === 0) return letters;
  throw new UsageError(
    `No dead letter ${missing.join(', ')} is in the dead-letter topic (an event that only a rebuild has read gets there once a running consumer has put it aside). Nothing was changed. List the letters: ${commandLine.listDeadLetters()}`,
  );
}

function explainMissing({ value, variable }: Setting): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof TopicMissing)) throw error;
    throw new UsageError(
      `The dead-letter topic "${value}" does not exist. Nothing was changed. Create it, or set ${variable} to the one the consumer writes.`,
    );
  };
}

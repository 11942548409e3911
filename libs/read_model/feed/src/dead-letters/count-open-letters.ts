import { describeTopic } from '../kafka/kafka-topic.ts';
import { judgedLetters } from './judged-letters.ts';
import { fedModels, type LetterServers } from './letter-servers.ts';

export interface OpenLetters {
  readonly open: number;
  /** There are more letters than were looked at. */
  readonly more: boolean;
}

/**
 * Counts the open dead letters of the event log among the first `atMost` letters.
 *
 * @throws DependencyError; TopicMissing when the dead-letter topic does not exist
 */
export async function countOpenLetters(
  servers: LetterServers,
  { atMost, signal }: { readonly atMost: number; readonly signal: AbortSignal },
): Promise<OpenLetters> {
  const topic = await describeTopic(servers.kafka, servers.deadLetters);
  let [open, seen] = [0, 0];
  for await (const letters of judgedLetters(servers, topic, await fedModels(servers), { signal })) {
    open += letters.filter(({ state }) => state === 'open').length;
    seen += letters.length;
    if (seen >= atMost) return { open, more: true };
  }
  return { open, more: false };
}

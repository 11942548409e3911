import { storableText } from '@reprise/events';
import type { LetterKey } from '@reprise/read-model-indices';
import { waitsBehind, type DeadLetter } from './dead-letter.ts';

/** Where dead letters come from and when they were put aside. */
export interface LetterOrigin {
  readonly topic: string;
  /** Kafka's id of the topic: a recreated topic has other offsets. */
  readonly topicId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A dead letter as it is found in its topic. */
export interface StoredLetter extends DeadLetter {
  readonly topic: string;
  /** Undefined in letters that do not name it. */
  readonly topicId?: string;
  readonly deadLetteredAt: string;
  readonly headers: Readonly<Record<string, string>>;
}

const longestError = 1_000;

/** The headers sent along with the unchanged record. */
export function letterHeaders(
  letter: DeadLetter,
  { topic, topicId, at }: LetterOrigin,
): Record<string, string> {
  const { aggregateId, aggregateVersion, type, projection, waitsBehind: blocker } = letter;
  return {
    'original-topic': topic,
    'original-topic-id': topicId,
    'original-partition': String(letter.partition),
    'original-offset': String(letter.offset),
    reason: letter.reason,
    error: storableText(letter.message.slice(0, longestError)),
    attempts: String(letter.attempts),
    'dead-lettered-at': at,
    ...(aggregateId !== undefined && { 'aggregate-id': aggregateId }),
    ...(aggregateVersion !== undefined && { 'aggregate-version': String(aggregateVersion) }),
    ...(type !== undefined && { 'event-type': type }),
    ...(projection !== undefined && { projection }),
    ...(blocker && { [waitsBehind]: letterId(topic, blocker) }),
  };
}

/** The id of a dead letter: where its record is in the log, as `topic:partition:offset`. */
export function letterId(topic: string, { partition, offset }: LetterKey): string {
  return `${topic}:${partition}:${offset}`;
}

/** Parses an id; undefined for anything else. A topic's name contains no colon. */
export function parseLetterId(id: string): (LetterKey & { readonly topic: string }) | undefined {
  const match = /^([A-Za-z0-9._-]{1,249}):(\d{1,9}):(\d{1,18})$/.exec(id);
  return match ? { topic: match[1]!, partition: Number(match[2]), offset: BigInt(match[3]!) } : undefined;
}

/** Reads a record of the dead-letter topic; undefined when its headers do not say where it came from. */
export function parseLetter(
  headers: Readonly<Record<string, string>>,
  { key, value }: Pick<DeadLetter, 'key' | 'value'>,
): StoredLetter | undefined {
  const { reason = 'unknown', error = '', attempts = '' } = headers;
  const topic = headers['original-topic'] ?? '';
  const from = `${topic}:${headers['original-partition']}:${headers['original-offset']}`;
  const origin = parseLetterId(from);
  if (!origin) return undefined;
  const version = headers['aggregate-version'];
  const blocker = parseLetterId(headers[waitsBehind] ?? '');
  return {
    ...{
      topic,
      partition: origin.partition,
      offset: origin.offset,
      key,
      value,
      reason,
      message: error,
      headers,
    },
    attempts: /^\d{1,9}$/.test(attempts) ? Number(attempts) : 1,
    deadLetteredAt: headers['dead-lettered-at'] ?? '',
    ...named('topicId', headers['original-topic-id']),
    ...named('aggregateId', headers['aggregate-id']),
    ...named('type', headers['event-type']),
    ...named('projection', headers['projection']),
    ...(version !== undefined && /^\d{1,15}$/.test(version) && { aggregateVersion: Number(version) }),
    ...(blocker && { waitsBehind: { partition: blocker.partition, offset: blocker.offset } }),
  };
}

function named<K extends string>(key: K, value: string | undefined): { readonly [name in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [name in K]?: string });
}

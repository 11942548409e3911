import { storableText } from '@reprise/events';
import type { LetterKey } from '@reprise/read-model-indices';
import { waitsBehind, type DeadLetter } from './dead-letter.ts';
import {
  isOriginal,
  keepHeaders,
  restoreHeaders,
  type HeaderValue,
  type OriginalHeaders,
} from './original-headers.ts';

/** Where dead letters come from and when they were put aside. */
export interface LetterOrigin {
  readonly topic: string;
  /** Kafka's id of the topic: a recreated topic has other offsets. */
  readonly topicId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A dead letter as it is found in its topic. */
export interface StoredLetter extends Omit<DeadLetter, 'headers' | 'timestamp'> {
  readonly topic: string;
  /** Undefined in letters that do not name it. */
  readonly topicId?: string;
  readonly deadLetteredAt: string;
  /** Where it stands in the dead-letter topic; undefined for one that was not read from there. */
  readonly place?: LetterKey & { readonly topic: string };
  /** Those that say what it is, as texts. */
  readonly headers: Readonly<Record<string, string>>;
  /** What its record had beside key and value; undefined where the letter has nothing of it. */
  readonly original?: OriginalHeaders & { readonly timestamp?: string };
}

const longestError = 1_000;
const timestampHeader = 'original-timestamp';

/** The headers sent along with the unchanged record. */
export function letterHeaders(
  letter: DeadLetter,
  { topic, topicId, at }: LetterOrigin,
): Record<string, HeaderValue> {
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
    ...(letter.timestamp !== undefined && { [timestampHeader]: letter.timestamp }),
    ...keepHeaders(letter.headers),
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

/**
 * Reads a record of the dead-letter topic; undefined when its headers do not say where it came from.
 * @param texts its headers as texts, the last of each name
 * @param sent the same as they were sent
 */
export function parseLetter(
  texts: Readonly<Record<string, string>>,
  { key, value }: Pick<DeadLetter, 'key' | 'value'>,
  sent: readonly (readonly [string, Buffer | string | null])[] = [],
): StoredLetter | undefined {
  const headers = Object.fromEntries(Object.entries(texts).filter(([name]) => !isOriginal(name)));
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
    ...originalOf(headers[timestampHeader], sent),
  };
}

function originalOf(
  timestamp: string | undefined,
  sent: readonly (readonly [string, Buffer | string | null])[],
): Pick<StoredLetter, 'original'> {
  const restored = restoreHeaders(sent);
  const isTime = timestamp !== undefined && /^-?\d{1,16}$/.test(timestamp);
  if (!isTime && restored.leftOut === undefined && Object.keys(restored.headers).length === 0) return {};
  return { original: { ...restored, ...(isTime && { timestamp }) } };
}

function named<K extends string>(key: K, value: string | undefined): { readonly [name in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [name in K]?: string });
}

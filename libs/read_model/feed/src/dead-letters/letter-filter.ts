import { printable } from '@reprise/runtime';
import { describeTopic, type KafkaTopic } from '../kafka/kafka-topic.ts';
import type { LetterCursor } from './dead-letter-topic.ts';
import type { JudgedLetter } from './judged-letters.ts';
import { letterId, parseLetterId, type StoredLetter } from './letter-headers.ts';
import type { LetterServers } from './letter-servers.ts';

/** Places in dead-letter topics, by topic and partition. */
export type LetterPlaces = ReadonlyMap<string, LetterCursor>;

/** Which dead letters are meant; what is left out does not limit. Texts are compared as they are shown. */
export interface LetterFilter {
  /** The type of its event. */
  readonly type?: string | undefined;
  /** The reason it was put aside for, as in `unknown-type`. */
  readonly error?: string | undefined;
  readonly aggregateId?: string | undefined;
  /**
   * Only what stands before these places: what came later is not meant, nor anything of a partition that is not named. A moment
   * could not say that: each consumer puts letters aside by its own clock, and one that is slow would still add earlier ones.
   */
  readonly upTo?: LetterPlaces | undefined;
}

/** Whether a letter can match, by what is known of it before it is judged. */
export function mayMatch(letter: StoredLetter, { type, error, upTo }: LetterFilter): boolean {
  return (
    isSame(error, letter.reason) &&
    (letter.type === undefined || isSame(type, letter.type)) &&
    (upTo === undefined || isBefore(letter, upTo))
  );
}

export function matchesFilter(judged: JudgedLetter, filter: LetterFilter): boolean {
  return (
    mayMatch(judged.letter, filter) &&
    isSame(filter.type, typeOf(judged)) &&
    isSame(filter.aggregateId, judged.aggregateId)
  );
}

/** The type of a letter's event; undefined where nothing says it. */
export function typeOf({ letter, decoded }: Pick<JudgedLetter, 'letter' | 'decoded'>): string | undefined {
  return letter.type ?? (decoded.ok ? decoded.event.type : undefined);
}

/** Where the dead-letter topics end now: every letter there is stands before these places, and none that is still to come. */
export async function placesNow(servers: readonly LetterServers[]): Promise<LetterPlaces> {
  return placesOf(
    await Promise.all(servers.map(({ kafka, deadLetters }) => describeTopic(kafka, deadLetters))),
  );
}

/** The ends of topics; partitions that hold nothing are left out. */
export function placesOf(topics: readonly KafkaTopic[]): LetterPlaces {
  return new Map(
    topics.map(({ name, partitions }) => [
      name,
      new Map(
        partitions
          .filter(({ logStart, end }) => end > logStart)
          .map(({ partition, end }) => [partition, end]),
      ),
    ]),
  );
}

/** Places as a command line has them: `topic:partition:offset`, divided by commas. */
export function placesText(places: LetterPlaces): string {
  return [...places]
    .flatMap(([topic, ends]) =>
      [...ends].map(([partition, offset]) => letterId(topic, { partition, offset })),
    )
    .join();
}

/** Reads places; undefined for what are none. */
export function parsePlaces(text: string): LetterPlaces | undefined {
  const places = new Map<string, Map<number, bigint>>();
  for (const word of text.split(',')) {
    const place = parseLetterId(word);
    if (!place) return undefined;
    const ends = places.get(place.topic) ?? new Map<number, bigint>();
    places.set(place.topic, ends.set(place.partition, place.offset));
  }
  return places;
}

function isBefore({ place }: StoredLetter, upTo: LetterPlaces): boolean {
  const end = place && upTo.get(place.topic)?.get(place.partition);
  return end !== undefined && place!.offset < end;
}

function isSame(wanted: string | undefined, found: string | undefined): boolean {
  return wanted === undefined || (found !== undefined && printable(found) === printable(wanted));
}

import {
  describeTopic,
  fedModels,
  findLetters,
  judgedLetters,
  matchesFilter,
  placesOf,
  TopicMissing,
  typeOf,
  type JudgedLetter,
  type KafkaTopic,
  type LetterFilter as FeedFilter,
  type LetterPlaces,
  type LetterServers,
} from '@reprise/read-model-feed';
import type { ContextServers, ReadModels } from '@reprise/read-model-servers';
import { printable } from '@reprise/runtime';
import type { ActionPlan, DeadLetterList, DeadLetterPayload, DeadLetterView } from '../contract/index.ts';
import { pageOf } from './letter-page.ts';

/** Which letters are meant; what is left out does not limit. */
export interface LetterFilter {
  readonly context?: string | undefined;
  readonly state?: DeadLetterView['state'] | undefined;
  readonly type?: string | undefined;
  readonly reason?: string | undefined;
  readonly aggregateId?: string | undefined;
}

/** Letters that an action is about: those it names, or else the open ones that match. */
export interface MeantLetters extends FeedFilter {
  readonly ids?: ReadonlySet<string> | undefined;
  readonly context?: string | undefined;
}

/** How many there are, and the places that all of them stand before: the bound that was asked for, or else the ends of the topics. */
export interface CountedLetters extends NonNullable<ActionPlan['touches']> {
  readonly upTo: LetterPlaces;
}

interface OpenedTopic {
  readonly context: string;
  readonly servers: LetterServers;
  readonly topic: KafkaTopic;
}

const withinMs = 20_000;
const payloadBytes = 64 * 1024;

/** Dead letters as the command line lists them, filtered and counted. Reads only. */
export class DeadLetters {
  readonly #readModels: ReadModels;
  readonly #mostLooked: number;

  /** @param mostLooked letters that one answer looks through; where there are more, it says that it does not know them all */
  constructor(readModels: ReadModels, mostLooked = 20_000) {
    this.#readModels = readModels;
    this.#mostLooked = mostLooked;
  }

  /**
   * Letters that match, newest first, a page of them.
   *
   * @param after `next` of the page before
   */
  async list(filter: LetterFilter, after: string | undefined, limit: number): Promise<DeadLetterList> {
    const found: DeadLetterView[] = [];
    const types = new Map<string, number>();
    const reasons = new Map<string, number>();
    const states = new Map<string, number>();
    const { context: ofContext, state, reason: error, ...wanted } = filter;
    const isMeant = (letter: JudgedLetter) =>
      (state ?? letter.state) === letter.state && matchesFilter(letter, { ...wanted, error });
    const atLeast = await this.#each(await this.#topics(ofContext), (letter, context) => {
      const shown = viewOf(letter, context);
      tally(states, shown.state);
      tally(reasons, shown.reason);
      if (shown.type !== null) tally(types, shown.type);
      if (isMeant(letter)) found.push(shown);
    });
    return {
      ...pageOf(found, after, limit),
      ...{ total: found.length, atLeast },
      facets: {
        types: Object.fromEntries(types),
        reasons: Object.fromEntries(reasons),
        states: Object.fromEntries(states),
      },
    };
  }

  /** What one letter holds; undefined where there is none of that id. */
  async payload(id: string): Promise<DeadLetterPayload | undefined> {
    for (const context of this.#readModels.contexts) {
      if (!id.startsWith(`${context.settings.topic.value}:`)) continue;
      const opened = await this.#opened(context);
      const signal = AbortSignal.timeout(withinMs);
      const [letter] = opened ? await findLetters(opened.servers, new Set([id]), signal) : [];
      if (letter) return payloadOf(letter);
    }
    return undefined;
  }

  /** How many letters an action on them touches. */
  async count({ ids, context, ...filter }: MeantLetters): Promise<CountedLetters> {
    const aggregates = new Set<string>();
    let letters = 0;
    const topics = await this.#topics(context);
    const upTo = filter.upTo ?? placesOf(topics.map(({ topic }) => topic));
    const atLeast = await this.#each(topics, (letter) => {
      const isMeant = ids
        ? ids.has(letter.id)
        : letter.state === 'open' && matchesFilter(letter, { ...filter, upTo });
      if (isMeant) letters += 1;
      if (isMeant && letter.aggregateId !== undefined) aggregates.add(letter.aggregateId);
    });
    return { letters, aggregates: aggregates.size, atLeast, upTo };
  }

  /** Gives letters to `take`, a bounded number of them. @returns whether there may be more */
  async #each(
    topics: readonly OpenedTopic[],
    take: (letter: JudgedLetter, context: string) => void,
  ): Promise<boolean> {
    let looked = 0;
    const signal = AbortSignal.timeout(withinMs);
    for (const { context, servers, topic } of topics)
      for await (const letters of judgedLetters(servers, topic, await fedModels(servers), { signal }))
        for (const letter of letters) {
          take(letter, context);
          if (++looked === this.#mostLooked) return true;
        }
    return false;
  }

  /** The dead-letter topics there are, as they are now, of one context or of all. */
  async #topics(context: string | undefined): Promise<OpenedTopic[]> {
    const meant = this.#readModels.contexts.filter(
      ({ settings }) => (context ?? settings.context.name) === settings.context.name,
    );
    const opened = await Promise.all(meant.map((one) => this.#opened(one)));
    return opened.filter((one) => one !== undefined);
  }

  /** Undefined where the log or its dead-letter topic does not exist yet: nothing was put aside. */
  async #opened({ settings, letterServers }: ContextServers): Promise<OpenedTopic | undefined> {
    const { kafka } = this.#readModels;
    const { context, topic: log, deadLetterTopic } = settings;
    try {
      const events = await describeTopic(kafka, log.value);
      const topic = await describeTopic(kafka, deadLetterTopic.value);
      return { context: context.name, topic, servers: letterServers(events, context.projections) };
    } catch (error) {
      if (error instanceof TopicMissing) return undefined;
      throw error;
    }
  }
}

function viewOf(judged: JudgedLetter, context: string): DeadLetterView {
  const { id, letter, state, aggregateId, version, actions } = judged;
  const done = actions.at(-1);
  const type = typeOf(judged);
  return {
    ...{ id, context, state },
    at: moment(letter.deadLetteredAt),
    aggregateId: aggregateId === undefined ? null : printable(aggregateId, 200),
    type: type === undefined ? null : printable(type, 200),
    version: version ?? null,
    reason: printable(letter.reason, 100),
    message: printable(letter.message, 1_000),
    projection: letter.projection ?? null,
    original: { topic: letter.topic, partition: letter.partition, offset: String(letter.offset) },
    action: done
      ? {
          what: done.action,
          who: `${done.user}@${done.host}`,
          at: done.at.toISOString(),
          outcome: done.outcome,
        }
      : null,
  };
}

function payloadOf({ id, letter }: JudgedLetter): DeadLetterPayload {
  const bytes = letter.value ?? Buffer.alloc(0);
  const kept = bytes.subarray(0, payloadBytes);
  const text = kept.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(kept);
  return {
    id,
    encoding: isText ? 'text' : 'hex',
    payload: isText ? text : kept.toString('hex'),
    cut: bytes.length > payloadBytes,
    headers: { reason: letter.reason, message: letter.message },
  };
}

function moment(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? new Date(0).toISOString() : at.toISOString();
}

/** Names come from the log: 200 of them are counted. */
function tally(counts: Map<string, number>, name: string): void {
  if (counts.size < 200 || counts.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
}

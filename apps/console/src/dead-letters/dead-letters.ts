import {
  describeTopic,
  fedModels,
  findLetters,
  judgedLetters,
  TopicMissing,
  type JudgedLetter,
} from '@reprise/read-model-feed';
import type { ContextServers, ReadModels } from '@reprise/read-model-servers';
import { printable } from '@reprise/runtime';
import type {
  ActionPlan,
  ActionRequest,
  DeadLetterList,
  DeadLetterPayload,
  DeadLetterView,
} from '../contract/index.ts';

/** Which letters are meant; what is left out does not limit. */
export interface LetterFilter {
  readonly context?: string | undefined;
  readonly state?: DeadLetterView['state'] | undefined;
  readonly type?: string | undefined;
  readonly reason?: string | undefined;
  readonly aggregateId?: string | undefined;
}

/** Open letters that match a filter. */
export interface MatchingLetters extends NonNullable<ActionPlan['touches']> {
  /** As many as were asked for. */
  readonly ids: readonly string[];
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
   * @param after id of the last letter of the page before
   */
  async list(filter: LetterFilter, after: string | undefined, limit: number): Promise<DeadLetterList> {
    const found: DeadLetterView[] = [];
    const facets: DeadLetterList['facets'] = { types: {}, reasons: {}, states: {} };
    const atLeast = await this.#each(filter.context, (letter, context) => {
      const shown = viewOf(letter, context);
      tally(facets.states, shown.state);
      tally(facets.reasons, shown.reason);
      if (shown.type !== null) tally(facets.types, shown.type);
      if (matches(shown, filter)) found.push(shown);
    });
    found.sort((a, b) => b.at.localeCompare(a.at) || (a.id < b.id ? 1 : -1));
    const from = after === undefined ? 0 : found.findIndex(({ id }) => id === after) + 1;
    const letters = found.slice(from, from + limit);
    const next = from + limit < found.length ? (letters.at(-1)?.id ?? null) : null;
    return { letters, total: found.length, atLeast, next, facets };
  }

  /** What one letter holds; undefined where there is none of that id. */
  async payload(id: string): Promise<DeadLetterPayload | undefined> {
    for (const context of this.#readModels.contexts) {
      if (!id.startsWith(`${context.settings.topic.value}:`)) continue;
      const servers = await this.#serversOf(context);
      const [letter] = servers
        ? await findLetters(servers, new Set([id]), AbortSignal.timeout(withinMs))
        : [];
      if (letter) return payloadOf(letter);
    }
    return undefined;
  }

  /** Open letters that match: the ids of `most` of them, and how many there are, of how many aggregates. */
  async matching(filter: LetterFilter, most: number): Promise<MatchingLetters> {
    const ids: string[] = [];
    const aggregates = new Set<string>();
    let letters = 0;
    const atLeast = await this.#each(filter.context, (letter, context) => {
      if (letter.state !== 'open' || !matches(viewOf(letter, context), filter)) return;
      letters += 1;
      if (letter.aggregateId !== undefined) aggregates.add(letter.aggregateId);
      if (ids.length < most) ids.push(letter.id);
    });
    return { ids, letters, aggregates: aggregates.size, atLeast };
  }

  /** How many letters an action touches. */
  async touchedBy({ options }: ActionRequest): Promise<ActionPlan['touches']> {
    const { ids, aggregateId, all } = options;
    const named = typeof ids === 'string' ? new Set(ids.split(',')) : undefined;
    const aggregates = new Set<string>();
    let letters = 0;
    const atLeast = await this.#each(undefined, (letter) => {
      const isMeant = named
        ? named.has(letter.id)
        : letter.state === 'open' && (all === true || letter.aggregateId === aggregateId);
      if (isMeant) letters += 1;
      if (isMeant && letter.aggregateId !== undefined) aggregates.add(letter.aggregateId);
    });
    return { letters, aggregates: aggregates.size, atLeast };
  }

  /** Gives letters to `take`, a bounded number of them. @returns whether there may be more */
  async #each(
    wanted: string | undefined,
    take: (letter: JudgedLetter, context: string) => void,
  ): Promise<boolean> {
    let looked = 0;
    const signal = AbortSignal.timeout(withinMs);
    for (const context of this.#readModels.contexts) {
      const { name } = context.settings.context;
      if (wanted !== undefined && wanted !== name) continue;
      const servers = await this.#serversOf(context);
      if (!servers) continue;
      const topic = await describeTopic(servers.kafka, servers.deadLetters);
      for await (const letters of judgedLetters(servers, topic, await fedModels(servers), { signal }))
        for (const letter of letters) {
          take(letter, name);
          if (++looked === this.#mostLooked) return true;
        }
    }
    return false;
  }

  /** Undefined where the log or its dead-letter topic does not exist yet: nothing was put aside. */
  async #serversOf({ settings, letterServers }: ContextServers) {
    const { kafka } = this.#readModels;
    try {
      const events = await describeTopic(kafka, settings.topic.value);
      await describeTopic(kafka, settings.deadLetterTopic.value);
      return letterServers(events, settings.context.projections);
    } catch (error) {
      if (error instanceof TopicMissing) return undefined;
      throw error;
    }
  }
}

function matches(letter: DeadLetterView, { state, type, reason, aggregateId }: LetterFilter): boolean {
  return (
    (state ?? letter.state) === letter.state &&
    (type ?? letter.type) === letter.type &&
    (reason ?? letter.reason) === letter.reason &&
    (aggregateId ?? letter.aggregateId) === letter.aggregateId
  );
}

function viewOf(
  { id, letter, state, aggregateId, version, decoded, actions }: JudgedLetter,
  context: string,
): DeadLetterView {
  const done = actions.at(-1);
  const type = letter.type ?? (decoded.ok ? decoded.event.type : undefined);
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

function tally(counts: Record<string, number>, name: string): void {
  if (Object.keys(counts).length < 200 || name in counts) counts[name] = (counts[name] ?? 0) + 1;
}

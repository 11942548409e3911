import type { ProductEvent } from '@reprise/product-events';
import { productHistory, step } from '@reprise/product-events/testing';
import { discardLetters, type DiscardedOne, type DiscardRequest } from '../dead-letters/discard.ts';
import { judgedLetters, type JudgedLetter } from '../dead-letters/judged-letters.ts';
import { fedModels, type LetterServers } from '../dead-letters/letter-servers.ts';
import { redriveLetters, type RedriveRequest } from '../dead-letters/redrive.ts';
import type { BlockedEvents } from '../feed/feed-generation.ts';
import { describeTopic } from '../kafka/kafka-topic.ts';
import { operator } from './letters-on-servers.ts';

/** A product's first five events. */
export const life = (): [ProductEvent, ProductEvent, ProductEvent, ProductEvent, ProductEvent] =>
  productHistory({
    events: [
      step.created(),
      step.stockAdjusted(1),
      step.priceChanged(7),
      step.published(),
      step.stockAdjusted(2),
    ],
  }) as ReturnType<typeof life>;

/** Redrives letters by id, with all that waits behind them, and says what became of each. */
export async function redriveOutcomes(
  servers: LetterServers,
  ids: readonly string[],
  more: Partial<RedriveRequest> = {},
): Promise<string[]> {
  const request: RedriveRequest = {
    ...{ selects: ({ id }) => ids.includes(id), releaseBehind: true, dryRun: false, actor: operator },
    signal: new AbortController().signal,
    pace: () => Promise.resolve(),
    ...more,
  };
  const outcomes: string[] = [];
  for await (const { id, outcome, released } of redriveLetters(servers, request))
    outcomes.push(`${id} ${outcome}${released ? ', released' : ''}`);
  return outcomes;
}

/** Discards letters by id, and says what became of each, and what was handed to repair. */
export async function discardOutcomes(
  servers: LetterServers,
  ids: readonly string[],
  more: Partial<DiscardRequest> = {},
) {
  const repairs: BlockedEvents[] = [];
  const request: DiscardRequest = {
    ...{ selects: ({ id }) => ids.includes(id), dryRun: false, reason: 'a test', actor: operator },
    signal: new AbortController().signal,
    pace: () => Promise.resolve(),
    requestRepair: (blocked) => Promise.resolve(void repairs.push(...blocked)),
    ...more,
  };
  const result: Record<DiscardedOne['outcome'], string[]> = { discarded: [], released: [], waiting: [] };
  for await (const { id, outcome } of discardLetters(servers, request)) result[outcome].push(id);
  return { result, repairs };
}

/** The letters with these ids, as they are judged now. */
export async function listLetters(servers: LetterServers, ids: readonly string[]): Promise<JudgedLetter[]> {
  const { signal } = new AbortController();
  const topic = await describeTopic(servers.kafka, servers.deadLetters);
  const found: JudgedLetter[] = [];
  for await (const some of judgedLetters(servers, topic, await fedModels(servers), { signal }))
    found.push(...some.filter(({ id }) => ids.includes(id)));
  return found;
}

import { newEventId } from '@reprise/events';
import type { ProductEvent } from '@reprise/product-events';
import type { ProductState } from '@reprise/product-domain';
import { decide, type SampleCommand } from './command.ts';
import { delivery, nextCommand } from './next-command.ts';
import { sampleProduct } from './product.ts';
import { seededRandom, type Random } from './random.ts';

export interface HistoryOptions {
  /** Number of products; each has at least its creation. */
  readonly products: number;
  /** Number of events of all products together, at least `products`. */
  readonly events: number;
  /** Same options, same seed, same stream, byte for byte. */
  readonly seed?: number;
  /** How many histories run side by side at most; bounds the memory (about 1 kB each). Default 100,000. */
  readonly concurrentProducts?: number;
}

/** One accepted command and the event it led to. `state` is the product after it. */
export interface HistoryStep {
  readonly productId: string;
  readonly command: SampleCommand;
  readonly event: ProductEvent;
  readonly state: ProductState;
}

interface OpenHistory {
  state: ProductState;
  remaining: number;
}

/** The first event of every stream happens at this moment; each later one some milliseconds after the one before. */
const beginning = Date.UTC(2026, 0, 5, 6, 0, 0);

/** How much more often products come up at the beginning of a stream than on average: shops open with a catalogue. */
const frontLoading = 3;

/** Attempts to find a command that changes something before a delivery, which always does, takes its place. */
const attempts = 3;

/**
 * The histories of a made-up catalogue as one stream: products come up one after another and change side by side, so events of
 * different products interleave while each product's versions rise without a gap. Every event went through the aggregate.
 * Pure: no clock, no other randomness than the seed.
 * @throws RangeError when there are fewer events than products
 */
export function* generateHistories(options: HistoryOptions): Generator<HistoryStep, void, undefined> {
  const { products, events, seed = 1, concurrentProducts = 100_000 } = options;
  if (!(products >= 1 && events >= products)) {
    throw new RangeError(
      `${events} events are too few for ${products} products: every product has at least one`,
    );
  }
  const random = seededRandom(seed);
  const open: OpenHistory[] = [];
  let time = beginning;
  let opened = 0;
  let unplanned = events;
  let unplayed = events;
  for (; unplayed > 0; unplayed--) {
    time += random.between(20, 1_980);
    const context = contextAt(random, time, `sample-${seed}-${events - unplayed + 1}`);
    const openNext =
      opened < products &&
      open.length < concurrentProducts &&
      (open.length === 0 || random.chance((frontLoading * (products - opened)) / unplayed));
    if (openNext) {
      const length = historyLength(random, unplanned, products - opened);
      unplanned -= length;
      opened++;
      const productId = newEventId(context.time, random.bytes(16));
      const step = play(undefined, { name: 'create', data: sampleProduct(random, productId) }, context);
      if (step === undefined) throw new Error(`the aggregate refused the creation of ${productId}`);
      if (length > 1) open.push({ state: step.state, remaining: length - 1 });
      yield step;
      continue;
    }
    const index = random.below(open.length);
    const history = open[index] as OpenHistory;
    const step = continueHistory(random, history, context);
    history.state = step.state;
    history.remaining--;
    if (history.remaining === 0) {
      // The last one takes the gap's place: constant time, whatever the number of open histories.
      const last = open.pop() as OpenHistory;
      if (last !== history) open[index] = last;
    }
    yield step;
  }
}

function continueHistory(random: Random, history: OpenHistory, context: Context): HistoryStep {
  const last = history.remaining === 1;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const step = play(history.state, nextCommand(random, history.state, last), context);
    if (step !== undefined) return step;
  }
  const step = play(history.state, delivery(random), context);
  if (step === undefined) throw new Error(`the aggregate refused a delivery to ${history.state.productId}`);
  return step;
}

interface Context {
  readonly eventId: string;
  readonly time: Date;
  readonly correlationId: string;
}

function contextAt(random: Random, milliseconds: number, correlationId: string): Context {
  const time = new Date(milliseconds);
  return { eventId: newEventId(time, random.bytes(16)), time, correlationId };
}

function play(
  state: ProductState | undefined,
  command: SampleCommand,
  context: Context,
): HistoryStep | undefined {
  const decision = decide(state, command, context);
  if (!decision.ok || decision.event === undefined) return undefined;
  return { productId: decision.event.subject, command, event: decision.event, state: decision.state };
}

/**
 * How many events the next product gets: exponentially distributed, so a few products change much more often than the rest. The
 * mean is what is left per product, and enough stays for one event each.
 */
function historyLength(random: Random, events: number, products: number): number {
  if (products === 1) return events;
  const mean = events / products;
  const length = 1 + Math.round((mean - 1) * -Math.log(1 - random.next()));
  return Math.min(length, events - (products - 1));
}

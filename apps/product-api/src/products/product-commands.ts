import { newEventId } from '@reprise/events';
import {
  createProduct,
  type CommandContext,
  type Decision,
  type ProductState,
} from '@reprise/product-domain';
import { v7 } from 'uuid';
import { type CommandMetrics } from './command-metrics.ts';
import { type IdempotentRequest } from './idempotency.ts';
import { type ExpectedVersion } from './if-match.ts';
import { type ProductStore, type WriteResult } from './product-store.ts';
import { type CreateProductRequest } from './requests/create-product.request.ts';

/** Where a command came from, kept in its event. */
export interface CommandSource {
  readonly correlationId: string;
  readonly traceparent?: string | undefined;
  /** Given when the request carries an Idempotency-Key. */
  readonly idempotent?: IdempotentRequest | undefined;
}

/** One of the domain's functions: what a command makes of a product. */
export type Decider<Data> = (
  state: ProductState | undefined,
  data: Data,
  context: CommandContext,
) => Decision;

/** The use cases of the write side. Each is one call to the store, hence one transaction, and is counted under its name. */
export class ProductCommands {
  readonly #store: ProductStore;
  readonly #metrics: CommandMetrics;

  constructor(store: ProductStore, metrics: CommandMetrics) {
    this.#store = store;
    this.#metrics = metrics;
  }

  /** Creates a product under a new id: UUIDv7, so that the keys of new rows lie side by side in their indices. */
  create(data: CreateProductRequest, source: CommandSource): Promise<WriteResult> {
    const productId = v7();
    const context = contextOf(source);
    return this.#metrics.observe('create', () =>
      this.#store.create((state) => createProduct(state, { ...data, productId }, context), source.idempotent),
    );
  }

  /** Changes a product that has an expected version by one of the domain's functions. */
  change<Data>(
    command: string,
    decider: Decider<Data>,
    productId: string,
    expected: ExpectedVersion,
    data: Data,
    source: CommandSource,
  ): Promise<WriteResult> {
    const context = contextOf(source);
    return this.#metrics.observe(command, () =>
      this.#store.change(productId, expected, (state) => decider(state, data, context), source.idempotent),
    );
  }
}

function contextOf({ correlationId, traceparent }: CommandSource): CommandContext {
  const time = new Date();
  return { eventId: newEventId(time), time, correlationId, traceparent };
}

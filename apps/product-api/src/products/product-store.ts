import { encodeEvent } from '@reprise/events';
import { coalesced, encodeForOutbox, notifyRelay } from '@reprise/outbox';
import { type Changed, type Decision, type ProductState, type Refusal } from '@reprise/product-domain';
import pg from 'pg';
import { throwUnknown, type Run, type Statement, type WriteDatabase } from '../write-database.ts';
import { type IdempotentRequest } from './idempotency.ts';
import { type ExpectedVersion, isExpected } from './if-match.ts';
import { changeValues, type ProductRow, stateOf } from './product-row.ts';
import {
  answersKey,
  changeStatements,
  findAnswer,
  findProduct,
  forgetAnswers,
  lockProduct,
} from './product-statements.ts';

export type WriteResult =
  | { readonly outcome: 'written'; readonly state: ProductState }
  /** The answer to the same request, given before; nothing was written this time. */
  | { readonly outcome: 'replayed'; readonly state: ProductState }
  /** The product is already in the requested state. */
  | { readonly outcome: 'unchanged'; readonly state: ProductState }
  /** The product has another version than expected. */
  | { readonly outcome: 'stale'; readonly version: number }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  /** The key belongs to another request. */
  | { readonly outcome: 'key-reused' };

/** What a change makes of a product; undefined when there is none. Pure: it may be asked more than once. */
export type Decide = (state: ProductState | undefined) => Decision;

/**
 * Products in the write database. A write takes a closure that decides on the current state, so that the transaction it
 * belongs to begins and ends here and cannot be forgotten by a caller.
 */
export class ProductStore {
  readonly #database: WriteDatabase;
  /** After the commit, so that no change waits for it. The relay's poll makes up for a lost notification. */
  readonly #notifyRelay: () => void;

  constructor(database: WriteDatabase) {
    this.#database = database;
    this.#notifyRelay = coalesced(() => database.run(notifyRelay, []));
  }

  /** The product as it is now, deleted ones included; undefined when there never was one. */
  find(productId: string): Promise<ProductState | undefined> {
    return load(this.#database.run, findProduct, productId);
  }

  /** Writes the product that `decide` makes of nothing. Its id must be a new one. */
  create(decide: Decide, request: IdempotentRequest | undefined): Promise<WriteResult> {
    return this.#notifying(request, async () => {
      const decision = decide(undefined);
      if (!decision.ok) return { outcome: 'refused', refusal: decision };
      if (decision.event === undefined) return { outcome: 'unchanged', state: decision.state };
      await write(this.#database.run, 'create', decision, request);
      return { outcome: 'written', state: decision.state };
    });
  }

  /** Writes what `decide` makes of the product, if it has an expected version. */
  change(
    productId: string,
    expected: ExpectedVersion,
    decide: Decide,
    request: IdempotentRequest | undefined,
  ): Promise<WriteResult> {
    return this.#notifying(request, () =>
      expected === 'any'
        ? this.#database.transaction((run) =>
            decideAndWrite(run, lockProduct, productId, expected, decide, request),
          )
        : decideAndWrite(this.#database.run, findProduct, productId, expected, decide, request),
    );
  }

  /** Forgets answers kept for longer than `hours`; their requests would have an effect again. Returns how many. */
  async forgetAnswers(hours: number): Promise<number> {
    let forgotten = 0;
    for (;;) {
      const { count } = await this.#database.run(forgetAnswers, [hours]);
      if (count === 0) return forgotten;
      forgotten += count;
    }
  }

  /** Writes once, and wakes the relay when something was written. */
  async #notifying(
    request: IdempotentRequest | undefined,
    work: () => Promise<WriteResult>,
  ): Promise<WriteResult> {
    const result = await this.#once(request, work);
    if (result.outcome === 'written') this.#notifyRelay();
    return result;
  }

  /**
   * Gives a request with a key its first answer again. Whatever else came out is looked at twice: the same request may have
   * been written by someone else after the first look.
   */
  async #once(
    request: IdempotentRequest | undefined,
    work: () => Promise<WriteResult>,
  ): Promise<WriteResult> {
    if (request === undefined) return work();
    const before = await this.#answered(request);
    if (before !== undefined) return before;
    try {
      const result = await work();
      if (result.outcome === 'written') return result;
      return (await this.#answered(request)) ?? result;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.constraint !== answersKey) throw error;
      const answered = await this.#answered(request);
      if (answered === undefined) throw error;
      return answered;
    }
  }

  async #answered({ key, hash }: IdempotentRequest): Promise<WriteResult | undefined> {
    const { rows } = await this.#database.run<{ request_hash: string; answer: ProductState }>(findAnswer, [
      key,
    ]);
    const [found] = rows;
    if (found === undefined) return undefined;
    return found.request_hash === hash
      ? { outcome: 'replayed', state: found.answer }
      : { outcome: 'key-reused' };
  }
}

/**
 * Loads, decides and writes. Without a lock another change may come between load and write; the write then finds another
 * version and writes nothing, and the command is decided again. With the row locked, nothing comes between.
 */
async function decideAndWrite(
  run: Run,
  loading: Statement,
  productId: string,
  expected: ExpectedVersion,
  decide: Decide,
  request: IdempotentRequest | undefined,
): Promise<WriteResult> {
  for (;;) {
    const state = await load(run, loading, productId);
    const gone = state === undefined || state.status === 'deleted';
    if (!gone && !isExpected(expected, state.version)) return { outcome: 'stale', version: state.version };
    const decision = decide(state);
    if (!decision.ok) return { outcome: 'refused', refusal: decision };
    if (decision.event === undefined) return { outcome: 'unchanged', state: decision.state };
    if (await write(run, 'update', decision, request)) return { outcome: 'written', state: decision.state };
  }
}

async function load(run: Run, statement: Statement, productId: string): Promise<ProductState | undefined> {
  const { rows } = await run<ProductRow>(statement, [productId]);
  return rows[0] && stateOf(rows[0]);
}

/** Whether the change was written; a version that is no longer the one decided on leaves everything as it is. */
async function write(
  run: Run,
  kind: keyof typeof changeStatements,
  { event, state }: Changed,
  request: IdempotentRequest | undefined,
): Promise<boolean> {
  const values = [...changeValues(state), event.id, event.type, encodeForOutbox(event, encodeEvent).text];
  const { plain, keyed } = changeStatements[kind];
  const writing =
    request === undefined
      ? run(plain, values)
      : run(keyed, [...values, request.key, request.hash, JSON.stringify(state)]);
  return (await writing.catch(throwUnknown)).count === 1;
}

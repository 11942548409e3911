import { type DomainEvent } from '@reprise/events';
import { coalesced, encodeForOutbox, notifyRelay } from '@reprise/outbox';
import pg from 'pg';
import { throwUnknown, type Run, type Statement, type WriteDatabase } from '../database/write-database.ts';
import { type IdempotentRequest } from '../requests/idempotency.ts';
import { type ExpectedVersion, isExpected } from '../requests/if-match.ts';
import { type Aggregate, type Decide, type WriteResult } from './aggregate.ts';
import { changeValues, stateReader, type AggregateRow, type AggregateState } from './aggregate-table.ts';
import { answered, answersKey } from './kept-answers.ts';
import { statementsOf, type AggregateStatements } from './statements.ts';

/**
 * Aggregates of one type in the write database. A write takes a closure that decides on the current state, so that the transaction
 * it belongs to begins and ends here and cannot be forgotten by a caller.
 */
export class AggregateStore<State extends AggregateState, Event extends DomainEvent, Reason extends string> {
  readonly #database: WriteDatabase;
  readonly #aggregate: Aggregate<State, Event, Reason>;
  readonly #statements: AggregateStatements;
  readonly #stateOf: (row: AggregateRow) => State;
  readonly #valuesOf: (state: State) => unknown[];
  /** After the commit, so that no change waits for it. The relay's poll makes up for a lost notification. */
  readonly #notifyRelay: () => void;

  constructor(database: WriteDatabase, aggregate: Aggregate<State, Event, Reason>) {
    this.#database = database;
    this.#aggregate = aggregate;
    this.#statements = statementsOf(aggregate);
    this.#stateOf = stateReader(aggregate.table);
    this.#valuesOf = changeValues(aggregate.table);
    this.#notifyRelay = coalesced(() => database.run(notifyRelay, []));
  }

  /** The aggregate as it is now, also when its history has ended; undefined when there never was one. */
  find(id: string): Promise<State | undefined> {
    return this.#load(this.#database.run, this.#statements.find, id);
  }

  /** Writes the aggregate that `decide` makes of nothing. Its id must be a new one. */
  create(
    decide: Decide<State, Event, Reason>,
    request: IdempotentRequest | undefined,
  ): Promise<WriteResult<State, Reason>> {
    return this.#notifying(request, async () => {
      const decision = decide(undefined);
      if (!decision.ok) return { outcome: 'refused', refusal: decision };
      if (decision.event === undefined) return { outcome: 'unchanged', state: decision.state };
      await this.#write(this.#database.run, 'create', decision.event, decision.state, request);
      return { outcome: 'written', state: decision.state };
    });
  }

  /** Writes what `decide` makes of the aggregate, if it has an expected version. */
  change(
    id: string,
    expected: ExpectedVersion,
    decide: Decide<State, Event, Reason>,
    request: IdempotentRequest | undefined,
  ): Promise<WriteResult<State, Reason>> {
    const { find, lock } = this.#statements;
    return this.#notifying(request, () =>
      expected === 'any'
        ? this.#database.transaction((run) => this.#decideAndWrite(run, lock, id, expected, decide, request))
        : this.#decideAndWrite(this.#database.run, find, id, expected, decide, request),
    );
  }

  /** Writes once, and wakes the relay when something was written. */
  async #notifying(
    request: IdempotentRequest | undefined,
    work: () => Promise<WriteResult<State, Reason>>,
  ): Promise<WriteResult<State, Reason>> {
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
    work: () => Promise<WriteResult<State, Reason>>,
  ): Promise<WriteResult<State, Reason>> {
    if (request === undefined) return work();
    const before = await this.#answered(request);
    if (before !== undefined) return before;
    try {
      const result = await work();
      if (result.outcome === 'written') return result;
      return (await this.#answered(request)) ?? result;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.constraint !== answersKey) throw error;
      const after = await this.#answered(request);
      if (after === undefined) throw error;
      return after;
    }
  }

  #answered(request: IdempotentRequest): Promise<WriteResult<State, Reason> | undefined> {
    return answered(this.#database.run, request);
  }

  /**
   * Loads, decides and writes. Without a lock another change may come between load and write; the write then finds another
   * version and writes nothing, and the command is decided again. With the row locked, nothing comes between.
   */
  async #decideAndWrite(
    run: Run,
    loading: Statement,
    id: string,
    expected: ExpectedVersion,
    decide: Decide<State, Event, Reason>,
    request: IdempotentRequest | undefined,
  ): Promise<WriteResult<State, Reason>> {
    for (;;) {
      const state = await this.#load(run, loading, id);
      const found = this.#aggregate.existing(state);
      if (found.ok && !isExpected(expected, found.state.version))
        return { outcome: 'stale', version: found.state.version };
      const decision = decide(state);
      if (!decision.ok) return { outcome: 'refused', refusal: decision };
      if (decision.event === undefined) return { outcome: 'unchanged', state: decision.state };
      if (await this.#write(run, 'update', decision.event, decision.state, request))
        return { outcome: 'written', state: decision.state };
    }
  }

  async #load(run: Run, statement: Statement, id: string): Promise<State | undefined> {
    const { rows } = await run<AggregateRow>(statement, [id]);
    return rows[0] && this.#stateOf(rows[0]);
  }

  /** Whether the change was written; a version that is no longer the one decided on leaves everything as it is. */
  async #write(
    run: Run,
    kind: 'create' | 'update',
    event: Event,
    state: State,
    request: IdempotentRequest | undefined,
  ): Promise<boolean> {
    const { text } = encodeForOutbox(event, this.#aggregate.encode);
    const values = [...this.#valuesOf(state), event.id, event.type, text];
    const { plain, keyed } = this.#statements[kind];
    const writing =
      request === undefined
        ? run(plain, values)
        : run(keyed, [...values, request.key, request.hash, JSON.stringify(state)]);
    return (await writing.catch(throwUnknown)).count === 1;
  }
}

import { type CommandContext, type Decision } from '@reprise/aggregate';
import { type DomainEvent } from '@reprise/events';
import { type HttpReply } from '@reprise/http';
import { type Registry } from 'prom-client';
import { v7 } from 'uuid';
import { type Aggregate, type WriteResult } from '../aggregates/aggregate.ts';
import { AggregateStore } from '../aggregates/aggregate-store.ts';
import { type AggregateState } from '../aggregates/aggregate-table.ts';
import { type WriteDatabase } from '../database/write-database.ts';
import { entityTagOf, type ExpectedVersion } from '../requests/if-match.ts';
import { type CommandSource } from '../requests/request-headers.ts';
import { CommandMetrics } from './command-metrics.ts';
import { EventCreation } from './event-creation.ts';
import { errorProblem, failureProblem, refusalProblem, type RefusalAnswers } from './problems.ts';

/** One of a domain's functions: what a command makes of an aggregate. */
export type Decider<State, Event, Reason extends string, Data> = (
  state: State | undefined,
  data: Data,
  context: CommandContext,
) => Decision<State, Event, Reason>;

/** How one type of aggregate is shown to clients. */
export interface ResourceOptions<
  State extends AggregateState,
  Event extends DomainEvent,
  Reason extends string,
  Answer,
> {
  readonly aggregate: Aggregate<State, Event, Reason>;
  /** Where it is found, without the id: `/v1/orders`. */
  readonly path: string;
  readonly refusals: RefusalAnswers<Reason>;
  /** The state as clients see it. */
  readonly show: (state: State) => Answer;
}

/**
 * Aggregates of one type over HTTP: the use cases of a controller, each one call to the store, hence one transaction, counted under
 * its name and answered with state, ETag and Location, or with a problem.
 */
export class Resource<
  State extends AggregateState,
  Event extends DomainEvent,
  Reason extends string,
  Answer,
> {
  readonly #store: AggregateStore<State, Event, Reason>;
  readonly #metrics: CommandMetrics;
  readonly #options: ResourceOptions<State, Event, Reason, Answer>;

  constructor(
    database: WriteDatabase,
    registry: Registry,
    options: ResourceOptions<State, Event, Reason, Answer>,
  ) {
    this.#store = new AggregateStore(database, options.aggregate);
    this.#metrics = new CommandMetrics(registry, options.aggregate.type);
    this.#options = options;
  }

  /**
   * Creates an aggregate under a new id: UUIDv7, so that the keys of new rows lie side by side in their indices.
   * @param command the name it is counted under
   */
  async create<Data>(
    command: string,
    decider: Decider<State, Event, Reason, Data & { readonly id: string }>,
    data: Data,
    source: CommandSource,
    reply: HttpReply,
  ): Promise<Answer> {
    const id = v7();
    const creation = new EventCreation(source);
    const state = await this.#answered(reply, command, creation, () =>
      this.#store.create(
        (before) => creation.decide((context) => decider(before, { ...data, id }, context)),
        source.idempotent,
      ),
    );
    const { path, aggregate } = this.#options;
    reply.header('location', `${path}/${String(state[aggregate.table.id])}`);
    return this.#options.show(state);
  }

  /** Changes an aggregate that has an expected version by one of the domain's functions. */
  async change<Data>(
    command: string,
    decider: Decider<State, Event, Reason, Data>,
    id: string,
    expected: ExpectedVersion,
    data: Data,
    source: CommandSource,
    reply: HttpReply,
  ): Promise<Answer> {
    const creation = new EventCreation(source);
    const state = await this.#answered(reply, command, creation, () =>
      this.#store.change(
        id,
        expected,
        (before) => creation.decide((context) => decider(before, data, context)),
        source.idempotent,
      ),
    );
    return this.#options.show(state);
  }

  async read(id: string, reply: HttpReply): Promise<Answer> {
    const { aggregate, refusals, show } = this.#options;
    const found = aggregate.existing(await this.#store.find(id));
    if (!found.ok) throw refusalProblem(refusals, found);
    reply.header('etag', entityTagOf(found.state.version));
    return show(found.state);
  }

  async #answered(
    reply: HttpReply,
    command: string,
    creation: EventCreation,
    run: () => Promise<WriteResult<State, Reason>>,
  ): Promise<State> {
    const outcome = await this.#metrics.observe(command, run).catch((error: unknown) => {
      throw errorProblem(error);
    });
    if (outcome.outcome === 'written') creation.written();
    const { aggregate, refusals } = this.#options;
    if (!('state' in outcome)) throw failureProblem(aggregate.type, refusals, outcome);
    reply.header('etag', entityTagOf(outcome.state.version));
    if (outcome.outcome === 'replayed') reply.header('idempotency-replayed', 'true');
    return outcome.state;
  }
}

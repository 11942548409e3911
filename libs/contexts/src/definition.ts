import type { EventContract, EventStoreTable } from '@reprise/events';

/** What this package knows of a projection; the engine knows the rest. */
export interface ListedProjection {
  readonly name: string;
  readonly version: number;
  readonly events: EventContract;
  readonly aggregate: string;
  readonly storage: { readonly kind: 'elasticsearch' | 'postgres' | `own:${string}` };
}

/** A bounded context as its users declare it. */
export interface ContextDefinition<P extends ListedProjection = ListedProjection> {
  /** Lower-case words joined by underscores. Its environment variables begin with it. */
  readonly name: string;
  /** The contract of everything its log holds. */
  readonly events: EventContract;
  /** In the order `--projection all` takes them. Names are unique in a read-model database, not only in a context. */
  readonly projections: readonly P[];
  /** The topic of its log unless `NAME_EVENTS_TOPIC` is set; `name.events` if left out. */
  readonly topic?: string;
  /** Where records that cannot be applied are put aside unless its variable is set; `dlq.` and the topic if left out. */
  readonly deadLetterTopic?: string;
  /** The table of its permanent log, which read models can be rebuilt and repaired from; it has none if left out. */
  readonly eventStore?: EventStoreTable;
  /** Whether it has an outbox whose events the relay publishes. */
  readonly outbox?: boolean;
  /** Names of environment variables other than the usual ones. */
  readonly variables?: {
    /** What they begin with, the topic's aside: `NAME_` if left out. */
    readonly prefix?: string;
    /** The variable of an index's read alias, by projection: `PROJECTION_ALIAS` if left out. */
    readonly aliases?: Readonly<Record<string, string>>;
  };
}

/** What `reprise.config.ts` exports by default. */
export interface RepriseDefinition<
  Contexts extends readonly ContextDefinition[] = readonly ContextDefinition[],
> {
  readonly contexts: Contexts;
}

/** Names of the projections that a definition lists. */
export type ProjectionNameOf<Definition extends RepriseDefinition> =
  Definition['contexts'][number]['projections'][number]['name'];

/** Names of its contexts. */
export type ContextNameOf<Definition extends RepriseDefinition> = Definition['contexts'][number]['name'];

/** A member that no context has is a mistake, also where the rest of it is right. */
type Known<Contexts> = {
  readonly [At in keyof Contexts]: {
    readonly [Member in Exclude<keyof Contexts[At], keyof ContextDefinition>]: never;
  };
};

/** Declares the bounded contexts of a deployment. What is wrong with them is said, all at once, by the process that loads them. */
export function defineReprise<const Contexts extends readonly ContextDefinition[]>(definition: {
  readonly contexts: Contexts & Known<Contexts>;
}): RepriseDefinition<Contexts> {
  return definition;
}

/** A bounded context with everything filled in. */
export interface Context<P extends ListedProjection = ListedProjection> {
  readonly name: string;
  readonly events: EventContract;
  readonly projections: readonly P[];
  readonly topic: string;
  readonly deadLetterTopic: string;
  readonly eventStore: EventStoreTable | undefined;
  readonly outbox: boolean;
  readonly variables: {
    readonly topic: string;
    readonly prefix: string;
    /** The variable of an index's read alias. */
    aliasOf(projection: string): string;
  };
}

/** Fills in what a definition leaves out. */
export function contextOf<P extends ListedProjection>(definition: ContextDefinition<P>): Context<P> {
  const { name, events, projections, eventStore, outbox = false, variables } = definition;
  const topic = definition.topic ?? `${name}.events`;
  const { aliases = {}, prefix = `${upperCase(name)}_` } = variables ?? {};
  return {
    ...{ name, events, projections, topic, eventStore, outbox },
    deadLetterTopic: definition.deadLetterTopic ?? `dlq.${topic}`,
    variables: {
      prefix,
      topic: `${upperCase(name)}_EVENTS_TOPIC`,
      aliasOf: (projection) =>
        Object.hasOwn(aliases, projection) ? aliases[projection]! : `${upperCase(projection)}_ALIAS`,
    },
  };
}

function upperCase(name: string): string {
  return name.toUpperCase();
}

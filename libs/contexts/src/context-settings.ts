import type { EventStoreTable } from '@reprise/events';
import type { DatabaseSetting, Settings } from '@reprise/runtime';
import type { Context, ListedProjection } from './definition.ts';

/** A value, and the variable that sets it, for messages. */
export interface Setting {
  readonly value: string;
  readonly variable: string;
}

/** An alias that can be configured, or a view, which is named like its projection. */
export interface ReadersSetting extends Setting {
  readonly kind: 'alias' | 'view';
}

/** What the environment says about one context. */
export interface ContextSettings<P extends ListedProjection = ListedProjection> {
  readonly context: Context<P>;
  readonly topic: Setting;
  readonly deadLetterTopic: Setting;
  /** Where readers read, by projection. */
  readonly readers: ReadonlyMap<string, ReadersSetting>;
  /** The event store, for a role that can only read it. Undefined where the context has none, or the process needs none. */
  readonly eventStore: (DatabaseSetting & { readonly table: EventStoreTable }) | undefined;
  /** The write database, as the relay connects to it. Undefined where the context has no outbox, or the process needs none. */
  readonly outbox: DatabaseSetting | undefined;
}

/** URLs of event stores, by context. */
export type EventStoreUrls = Readonly<Record<string, string>>;

/** Databases of a context that a process can need. */
export type ContextDatabase = 'eventStore' | 'outbox';

/**
 * Reads what the environment says about contexts. What is wrong becomes a problem of `settings`, also what contexts would share:
 * a topic holds one context's events, a dead-letter topic one context's letters, an alias serves one read model, and an outbox
 * fills one topic.
 *
 * @param needed the databases the process works with
 * @param eventStores URLs of event stores by context, in the place of their variables
 */
export function contextSettings<P extends ListedProjection>(
  settings: Settings,
  contexts: readonly Context<P>[],
  needed: readonly ContextDatabase[],
  eventStores: EventStoreUrls = {},
): readonly ContextSettings<P>[] {
  const read = contexts.map((context) => settingsOf(settings, context, needed, eventStores));
  refuseShared(settings, [
    ...read.flatMap(({ topic, deadLetterTopic }) => [
      { place: 'topic', ...topic },
      { place: 'topic', ...deadLetterTopic },
    ]),
    ...read.flatMap(({ readers }) =>
      [...readers.values()].flatMap(({ kind, ...reader }) =>
        kind === 'alias' ? [{ place: kind, ...reader }] : [],
      ),
    ),
    ...read.flatMap(({ outbox }) =>
      outbox === undefined
        ? []
        : [{ place: 'database', value: databaseOf(outbox.url), variable: outbox.variable }],
    ),
  ]);
  return read;
}

function settingsOf<P extends ListedProjection>(
  settings: Settings,
  context: Context<P>,
  needed: readonly ContextDatabase[],
  eventStores: EventStoreUrls,
): ContextSettings<P> {
  const { variables, projections } = context;
  const topic = (variable: string, fallback: string) => ({
    variable,
    value: settings.topic(variable, fallback),
  });
  const { eventStore, outbox } = context;
  return {
    context,
    topic: topic(variables.topic, context.topic),
    deadLetterTopic: topic(`${variables.prefix}DEAD_LETTER_TOPIC`, context.deadLetterTopic),
    readers: new Map<string, ReadersSetting>(
      projections.map(({ name, storage }) => {
        const variable = variables.aliasOf(name);
        return storage.kind === 'elasticsearch'
          ? [name, { kind: 'alias', variable, value: settings.alias(variable, name) }]
          : [name, { kind: 'view', variable, value: name }];
      }),
    ),
    eventStore:
      eventStore && needed.includes('eventStore')
        ? { ...eventStoreOf(settings, context, eventStores), table: eventStore }
        : undefined,
    outbox:
      outbox && needed.includes('outbox')
        ? settings.postgresUrl(
            `${variables.prefix}OUTBOX_DATABASE_URL`,
            `${variables.prefix}WRITE_DATABASE_URL`,
          )
        : undefined,
  };
}

function eventStoreOf(
  settings: Settings,
  { name, variables }: Context,
  given: EventStoreUrls,
): DatabaseSetting {
  if (Object.hasOwn(given, name)) return { url: given[name]!, variable: `eventStores.${name}` };
  return settings.postgresUrl(`${variables.prefix}EVENT_STORE_DATABASE_URL`);
}

/** Which database a URL leads to, without who asks for it; '' where it is none. */
function databaseOf(url: string): string {
  if (!URL.canParse(url)) return '';
  const { host, pathname, searchParams } = new URL(url);
  const options = searchParams.get('options');
  return `${host}${pathname}${options === null ? '' : ` (${options})`}`;
}

function refuseShared(settings: Settings, places: readonly (Setting & { readonly place: string })[]): void {
  places.forEach(({ place, value, variable }, at) => {
    const before = places
      .slice(0, at)
      .find((other) => other.place === place && other.value === value && value !== '');
    if (before)
      settings.problem(
        `${variable} is the same ${place} as ${before.variable} ("${value}"): each needs one for itself`,
      );
  });
}

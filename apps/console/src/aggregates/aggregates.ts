import type { DomainEvent } from '@reprise/events';
import { canonicalJson, type VersionedDocument } from '@reprise/read-model-documents';
import { applyEvent, type Projection } from '@reprise/read-model-projections';
import type { ContextServers, ReadModels } from '@reprise/read-model-servers';
import type { AggregateView, Known, ProjectionStep, StoredDocumentView } from '../contract/index.ts';
import { fieldDifferences } from '../generations/fields.ts';
import { shownDocument } from '../generations/generations.ts';

const mostEvents = 500;
const withinMs = 20_000;

/** One aggregate step by step: its events, what each projection makes of each, and what is stored. Reads only. */
export class Aggregates {
  readonly #readModels: ReadModels;

  constructor(readModels: ReadModels) {
    this.#readModels = readModels;
  }

  /** Undefined where there is no such context. */
  async view(contextName: string, aggregateId: string): Promise<AggregateView | undefined> {
    const context = this.#readModels.contexts.find(({ settings }) => settings.context.name === contextName);
    if (!context) return undefined;
    const { projections } = context.settings.context;
    const [any] = projections;
    const all = any
      ? await context.permanent.eventsOf(aggregateId, any.name, AbortSignal.timeout(withinMs))
      : [];
    const events = all.slice(0, mostEvents);
    const folds = projections.map((projection) => foldOf(projection, events));
    const more = all.length > events.length;
    return {
      ...{ context: contextName, aggregateId, more },
      source: context.eventStore ? 'event-store' : 'kafka',
      events: events.map((event, index) => ({
        ...{
          id: event.id,
          type: event.type,
          version: event.aggregateversion,
          time: event.time,
          data: event.data,
        },
        actor: textIn(event, 'actor'),
        correlationId: textIn(event, 'correlationid'),
        projections: folds.flatMap(({ steps }) => steps[index] ?? []),
      })),
      stored: await Promise.all(
        projections.map((projection, index) =>
          storedOf(context, projection, aggregateId, folds[index]!.last, more),
        ),
      ),
    };
  }
}

interface Fold {
  readonly steps: readonly ProjectionStep[];
  readonly last: VersionedDocument | undefined;
}

/** What a projection makes of each event, by the same rule as every feed. One that it refuses is where its document stays. */
function foldOf(projection: Projection, events: readonly DomainEvent[]): Fold {
  let document: VersionedDocument | undefined;
  let refused: string | undefined;
  const steps = events.map((event): ProjectionStep => {
    const before = document?.data ?? null;
    let outcome: ProjectionStep['outcome'];
    if (refused === undefined) {
      try {
        const applied = applyEvent(projection, document, event);
        if (applied.outcome === 'applied') document = applied.document;
        else
          refused =
            applied.outcome === 'gap' ? `event ${applied.expected} is missing` : 'it was applied before';
        const isSame = canonicalJson(before ?? {}) === canonicalJson(document?.data ?? {});
        outcome = refused !== undefined ? 'refused' : isSame && before !== null ? 'ignored' : 'applied';
      } catch (error) {
        refused = error instanceof Error ? error.message : String(error);
        outcome = 'refused';
      }
    } else outcome = 'refused';
    const data = (document?.data ?? null) as Record<string, unknown> | null;
    return {
      ...{ projection: projection.name, outcome, document: data, tombstone: document?.tombstone ?? null },
      reason: outcome === 'refused' ? (refused ?? null) : null,
      changed: fieldDifferences(before, data),
    };
  });
  return { steps, last: document };
}

async function storedOf(
  context: ContextServers,
  projection: Projection,
  id: string,
  expected: VersionedDocument | undefined,
  more: boolean,
): Promise<AggregateView['stored'][number]> {
  const { name } = projection;
  const store = context.storeOf(projection);
  const unknown = (why: string) => ({ known: false as const, why });
  try {
    const readers = await store.observeReaders();
    if (readers.kind !== 'generation') {
      const why = unknown('readers are not on one generation');
      return { projection: name, generation: null, document: why, asExpected: why };
    }
    const stored = shownDocument((await store.read(readers.name, [id])).get(id));
    const document = { known: true as const, value: stored };
    return {
      projection: name,
      generation: readers.name,
      document,
      asExpected: judged(stored, expected, more),
    };
  } catch (error) {
    const why = unknown(error instanceof Error ? error.message : String(error));
    return { projection: name, generation: null, document: why, asExpected: why };
  }
}

function judged(
  stored: StoredDocumentView | null,
  expected: VersionedDocument | undefined,
  more: boolean,
): Known<boolean> {
  if (more) return { known: false, why: `only the first ${mostEvents} events were folded` };
  if (stored === null || expected === undefined)
    return { known: true, value: stored === null && expected === undefined };
  if (stored.version < expected.version)
    return {
      known: false,
      why: `it is at version ${stored.version}, and the last event has ${expected.version}: it may be on its way`,
    };
  const isSame = canonicalJson(stored.document ?? {}) === canonicalJson(expected.data ?? {});
  return { known: true, value: stored.version === expected.version && isSame };
}

function textIn(event: DomainEvent, name: string): string | null {
  const value = (event as unknown as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : null;
}

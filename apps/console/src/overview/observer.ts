import { countOpenLetters } from '@reprise/read-model-feed';
import { DependencyError, type GenerationStore, type Run } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import type { ContextServers, ReadModels } from '@reprise/read-model-servers';
import { answered, readStatus, writeSideOf, type ReadModelStatus } from '@reprise/read-model-status';
import type {
  ActionName,
  Environment,
  Known,
  Overview,
  ReadModelCard,
  WriteSideView,
} from '../contract/index.ts';
import { progressOf, runViewOf } from '../runs/run-view.ts';
import { cardOf, servedOf } from './card.ts';
import { changesOf } from './changes.ts';
import { relayLeader } from './relay-leader.ts';
import { proofOf } from './proof.ts';
import { remembered } from './remembered.ts';
import { SeriesByKey } from './series.ts';

export interface ObserverOptions {
  readonly readModels: ReadModels;
  readonly environment: Environment;
  readonly hidden: readonly ActionName[];
  /** What the last plan of a read model predicted, of those asked for here. */
  readonly plans: (projection: string) => Promise<ReadModelCardPrediction>;
  /** Makes the command line of an action, to copy. */
  readonly lineOf: (words: readonly string[]) => string;
}

type ReadModelCardPrediction = NonNullable<ReadModelCard['recommendation']>['predicted'];

/** How long one server is waited for: whoever looks wants an answer now, with what is unreachable named in it. */
const withinMs = 3_000;
const lettersCounted = 1_000;

/** Looks at registry, stores, logs and outboxes, for everybody who looks at the console at once. Reads only. */
export class Observer {
  readonly #options: ObserverOptions;
  readonly #freshness = new SeriesByKey<{ at: string; seconds: number | null }>();
  readonly #rates = new SeriesByKey<{ at: string; eventsPerSecond: number; percent: number }>();
  readonly #rooms = remembered<ReadModelCard['room']>(30_000);
  /** Counting reads letters; within a few seconds there are not many more. */
  readonly #letters = remembered<Awaited<ReturnType<typeof countOpenLetters>>>(15_000);

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  /** Everything on the first screen, as it is now. What a server does not say is named; nothing is thrown for it. */
  async look(): Promise<Overview> {
    const { environment, readModels } = this.#options;
    const at = new Date().toISOString();
    try {
      const looked = await Promise.all(readModels.contexts.map((context) => this.#context(context, at)));
      return {
        ...{ at, environment, problem: null },
        servers: serversOf(looked.flatMap(({ statuses }) => statuses)),
        readModels: looked.flatMap(({ cards }) => cards),
        writeSides: looked.map(({ writeSide }) => writeSide),
      };
    } catch (error) {
      if (!(error instanceof DependencyError)) throw error;
      const servers = [{ name: 'Postgres (READ_MODEL_DATABASE_URL)', fault: error.message }];
      return { ...{ at, environment, servers }, readModels: [], writeSides: [], problem: error.message };
    }
  }

  /** How fast a run was, as seen here. */
  ratesOf(runId: string) {
    return this.#rates.of(runId).list();
  }

  async #context(context: ContextServers, at: string) {
    const { settings, storeOf, eventStore, letterServers } = context;
    const { kafka, registry, repairs } = this.#options.readModels;
    const { projections } = settings.context;
    const writeSide = writeSideOf(eventStore);
    const statuses = await readStatus({
      models: projections.map((projection) => ({ projection, store: storeOf(projection) })),
      ...{ kafka, topic: settings.topic.value, registry, withinMs },
      ...(writeSide && { writeSide }),
      letters: (projection, events, signal) =>
        this.#letters(projection.name, () =>
          countOpenLetters(letterServers(events, [projection]), { atMost: lettersCounted, signal }),
        ),
      repairs: (projection) => repairs.counts([projection]),
    });
    const audit = await answered('postgres', registry.audit.list({ limit: 200 }), withinMs);
    const cards = await Promise.all(
      statuses.map((status, index) => this.#card(context, projections[index]!, status, audit, at)),
    );
    return { statuses, cards, writeSide: await this.#writeSide(context, statuses) };
  }

  async #card(
    { settings, storeOf }: ContextServers,
    projection: Projection,
    status: ReadModelStatus,
    audit: Parameters<typeof changesOf>[1]['audit'],
    at: string,
  ): Promise<ReadModelCard> {
    const { registry } = this.#options.readModels;
    const { name, storage } = projection;
    const [generations, runs, verifications, now] = await answered(
      'postgres',
      Promise.all([
        registry.listGenerations({ projection: name }),
        registry.listRuns({ projection: name, limit: 10 }),
        registry.verifications.list(),
        registry.now(),
      ]),
      withinMs,
    );
    const served = servedOf(status);
    const trend = this.#freshness.of(name);
    trend.add({ at, seconds: served?.lagSeconds ?? null });
    const names = new Map(generations.map((generation) => [generation.uuid, generation.name as string]));
    return cardOf(
      status,
      {
        context: settings.context.name,
        storage: storage.kind,
        freshnessTrend: trend.list(),
        proof: await proofOf(
          registry,
          served,
          verifications.find(({ projection }) => projection === name)?.proof ?? null,
        ),
        running: this.#running(status, runs, names, now),
        room: await this.#rooms(name, () => this.#room(storeOf(projection))),
        changes: changesOf(name, { runs, generations, audit }),
        recommendation: await this.#recommendation(status),
      },
      this.#options.hidden,
    );
  }

  #running(
    { running }: ReadModelStatus,
    runs: readonly Run[],
    names: ReadonlyMap<string, string>,
    now: Date,
  ): ReadModelCard['running'] {
    const run = running && runs.find(({ runId }) => runId === running.runId);
    if (!run) return null;
    const context = { holdsLease: !running.lost, names };
    const progress = progressOf(run, context, now);
    const rates = this.#rates.of(run.runId);
    if (
      progress.known &&
      progress.value.savedAt !== null &&
      rates.list().at(-1)?.at !== progress.value.savedAt
    ) {
      const { eventsPerSecond, percent, savedAt } = progress.value;
      rates.add({ at: savedAt, eventsPerSecond, percent });
    }
    return { run: runViewOf(run, context), progress, rates: rates.list() };
  }

  async #recommendation({ change, projection }: ReadModelStatus): Promise<ReadModelCard['recommendation']> {
    if (!change) return null;
    const { lineOf, plans } = this.#options;
    const { sentence, kind, from, to } = change;
    return {
      ...{ sentence, from, to, kind },
      predicted: await plans(projection),
      commandLine: lineOf(['rebuild', '--projection', projection]),
      planCommandLine: lineOf(['plan', '--projection', projection]),
    };
  }

  async #room(store: GenerationStore): Promise<ReadModelCard['room']> {
    try {
      const warnings = await answered(store.kind, store.assertHealthy(), withinMs);
      const readers = await answered(store.kind, store.observeReaders(), withinMs);
      const size = readers.kind === 'generation' ? await store.sizeInBytes(readers.name) : null;
      if (store.kind === 'postgres')
        return {
          known: false,
          why: 'Postgres does not show free disk space to this role; a full disk fails a build with its own message',
        };
      const sentence = warnings.length === 0 ? 'There is room for a second copy.' : warnings.join(' ');
      return { known: true, value: { enough: true, sizeBytes: size, sentence } };
    } catch (error) {
      if (!(error instanceof DependencyError)) throw error;
      if (error.retryable || error.readOnly) return { known: false, why: error.message };
      return { known: true, value: { enough: false, sizeBytes: null, sentence: error.message } };
    }
  }

  async #writeSide(
    { settings, eventStore }: ContextServers,
    statuses: readonly ReadModelStatus[],
  ): Promise<WriteSideView> {
    const [status] = statuses;
    const facts = status?.writeSide;
    const unpublished: WriteSideView['unpublished'] = facts
      ? {
          known: true,
          value: {
            waiting: facts.unpublished,
            parked: facts.parked,
            oldestSeconds: facts.oldestMs === null ? null : Math.round(facts.oldestMs / 1_000),
          },
        }
      : {
          known: false,
          why: status?.writeSideFault ?? 'this context has no outbox that the console may look at',
        };
    return {
      context: settings.context.name,
      topic: settings.topic.value,
      deadLetterTopic: settings.deadLetterTopic.value,
      unpublished,
      leader: await this.#leader(eventStore),
    };
  }

  async #leader(eventStore: ContextServers['eventStore']): Promise<Known<{ name: string }>> {
    if (!eventStore?.table.unpublished)
      return { known: false, why: 'this context has no outbox that the console may look at' };
    return relayLeader(eventStore, withinMs);
  }
}

function serversOf(statuses: readonly ReadModelStatus[]): Overview['servers'] {
  const log = statuses.find(({ logUnreachable }) => logUnreachable !== null)?.logUnreachable ?? null;
  const readers =
    statuses.find(({ readers: { unreachable } }) => unreachable !== null)?.readers.unreachable ?? null;
  return [
    { name: 'registry', fault: null },
    { name: 'log', fault: log },
    { name: 'stores', fault: readers },
  ];
}

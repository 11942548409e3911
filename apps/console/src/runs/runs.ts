import type { Registry, Run } from '@reprise/read-model-indices';
import type { ActionResult, Known, RateSample, RunDetail, RunView } from '../contract/index.ts';
import { gateOf, partitionsOf, progressOf, runViewOf } from './run-view.ts';

export interface RunsOptions {
  readonly registry: Registry;
  readonly ratesOf: (runId: string) => RateSample[];
  /** The action of this console that is known to have begun a run. */
  readonly actionOf: (run: Run) => Promise<ActionResult | undefined>;
}

interface ReceiptParts {
  readonly refusedDocuments?: readonly { readonly id: string; readonly reason: string }[];
  readonly gaps?: readonly {
    readonly aggregateId: string;
    readonly expected: number;
    readonly held: number;
  }[];
  readonly poison?: readonly {
    readonly aggregateId?: string;
    readonly message: string;
    readonly position: string;
  }[];
}

const differencesShown = 20;

/** Runs as the registry has them. */
export class Runs {
  readonly #options: RunsOptions;

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  /** Newest first. */
  async list(projection: string | undefined, limit: number): Promise<RunView[]> {
    const { registry } = this.#options;
    const runs = await registry.listRuns({ limit, ...(projection !== undefined && { projection }) });
    const names = await this.#names(projection);
    return Promise.all(
      runs.map(async (run) => runViewOf(run, { holdsLease: await this.#holds(run), names })),
    );
  }

  async detail(runId: string): Promise<RunDetail | undefined> {
    const { registry, ratesOf, actionOf } = this.#options;
    const run = await registry.findRun(runId);
    if (!run) return undefined;
    const [names, holdsLease, now, action] = await Promise.all([
      this.#names(run.projection),
      this.#holds(run),
      registry.now(),
      actionOf(run),
    ]);
    const context = { holdsLease, names };
    return {
      run: runViewOf(run, context),
      progress: progressOf(run, context, now),
      partitions: partitionsOf(run),
      rates: ratesOf(run.runId),
      gate: gateOf(run),
      firstDifferences: firstDifferences(run),
      notices: noticesOf(run, action),
      action: action ?? null,
      receipt: run.receipt,
    };
  }

  /** A run that works holds a lease; one that changes nothing (a dry run) has none to hold. */
  async #holds({ state, projection, runId, fencingToken }: Run): Promise<boolean> {
    if (state !== 'RUNNING' || fencingToken === null) return true;
    const leases = await this.#options.registry.heldLeases(projection);
    return leases.some((lease) => lease.runId === runId);
  }

  async #names(projection: string | undefined): Promise<ReadonlyMap<string, string>> {
    const listed = await this.#options.registry.listGenerations(
      projection === undefined ? {} : { projection },
    );
    return new Map(listed.map(({ uuid, name }) => [uuid, name]));
  }
}

/** What a failed gate names: documents the store refused, aggregates that lack events, poison. */
function firstDifferences({ receipt }: Run): RunDetail['firstDifferences'] {
  const { refusedDocuments = [], gaps = [], poison = [] } = (receipt ?? {}) as ReceiptParts;
  return [
    ...refusedDocuments.map(({ id, reason }) => ({ id, what: `the store refused it: ${reason}` })),
    ...gaps.map(({ aggregateId, expected, held }) => ({
      id: aggregateId,
      what: `event ${expected} is missing, ${held} wait behind it`,
    })),
    ...poison.map(({ aggregateId, message, position }) => ({
      id: aggregateId ?? `record ${position}`,
      what: `poison: ${message}`,
    })),
  ].slice(0, differencesShown);
}

function noticesOf({ user, host }: Run, action: ActionResult | undefined): Known<string[]> {
  if (action) return { known: true, value: action.notices };
  return {
    known: false,
    why: `no action of this console is known to have begun it: what it says is where ${user} started it, on ${host}`,
  };
}

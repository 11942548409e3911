import type { Run } from '@reprise/read-model-indices';
import type { RunStatus } from './read-model-status.ts';

/** The parts of a receipt that are read here; one of an earlier release may lack any of them. */
interface ReceiptParts {
  readonly gate?: readonly {
    readonly check: string;
    readonly expected: unknown;
    readonly actual: unknown;
    readonly passed: boolean;
  }[];
  readonly documents?: { readonly refused?: number };
  readonly refusedDocuments?: readonly { readonly id: string; readonly reason: string }[];
}

/** The checks of the gate that a run failed, each with what was expected and found. */
export function failedChecksOf({ receipt }: Pick<Run, 'receipt'>): string[] {
  const { gate = [] } = (receipt ?? {}) as ReceiptParts;
  return gate
    .filter(({ passed }) => !passed)
    .map(({ check, expected, actual }) => `${check}: expected ${String(expected)}, found ${String(actual)}`);
}

/** A run as `status` lists it. */
export function runStatus(
  run: Run,
  context: {
    /** Ids of runs whose process holds a lease. */
    readonly running: ReadonlySet<string>;
    /** Names of generations by uuid. */
    readonly names: ReadonlyMap<string, string>;
    readonly secondsSince: (moment: Date) => number;
  },
): RunStatus {
  const { runId, outcome, exitCode, startedAt, endedAt, state } = run;
  const { documents, refusedDocuments = [] } = (run.receipt ?? {}) as ReceiptParts;
  const refused = documents?.refused ?? 0;
  return {
    ...{ runId, outcome, exitCode, startedAt, endedAt },
    state: state === 'RUNNING' && !context.running.has(runId) ? 'LOST' : state,
    agoSeconds: context.secondsSince(endedAt ?? startedAt),
    generation: run.generation === null ? null : (context.names.get(run.generation) ?? null),
    refused: refused > 0 ? { documents: refused, first: refusedDocuments.slice(0, 3) } : null,
  };
}

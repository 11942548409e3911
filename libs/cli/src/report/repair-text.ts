import type { DrainedQueue, NamedRepairs, RepairCounts, RepairTask } from '@reprise/read-model-repair';
import { commandLine } from '@reprise/runtime/commands';
import { describeUnknown } from './unknown-ids.ts';
import { idText, linesText } from './text.ts';

/** What `--aggregate-id` came to. */
export type RepairReport = Pick<NamedRepairs, 'documents' | 'unknown'> & {
  readonly projection: string;
  readonly failures: readonly { readonly aggregateId: string; readonly error: string }[];
};

/** What `--all` came to. */
export type WorkOffReport = DrainedQueue & { readonly projection: string };

/** What repairs of named aggregates came to, as lines of text. */
export function describeRepairs({ projection, documents, failures, unknown }: RepairReport): string {
  return linesText([
    `${projection}: ${documents.filter(({ fault }) => fault).length} of ${documents.length} documents repaired, ${failures.length} aggregates failed`,
    ...documents.map(
      ({ aggregateId, generation, fault, from, to }) =>
        `  ${(fault ?? 'right').padEnd(9)} ${idText(aggregateId)} in ${generation}: version ${from ?? 'none'}${fault ? `, now ${to ?? 'none'}` : ''}`,
    ),
    ...describeFailures(failures),
    ...describeUnknown(unknown),
  ]);
}

export function describeWorkOff({ projection, repaired, failures, left }: WorkOffReport): string {
  return linesText([
    `${projection}: ${repaired} repair tasks done, ${failures.length} failed; ${left.open} open and ${left.failed} abandoned in the queue`,
    ...describeFailures(failures),
  ]);
}

function describeFailures(failures: RepairReport['failures']): string[] {
  return failures.map(({ aggregateId, error }) => `  failed    ${idText(aggregateId)}: ${error}`);
}

/** The queue of one projection as lines of text. */
export function describeQueue({
  projection,
  open,
  failed,
  leased,
  oldestOpenSeconds,
  refused,
  lastRefusedAt,
  tasks,
}: RepairCounts & { readonly projection: string; readonly tasks: readonly RepairTask[] }): string {
  const age = oldestOpenSeconds === null ? '' : `, the oldest for ${Math.round(oldestOpenSeconds)} s`;
  const lines = [`${projection}: ${open} open (${leased} in progress${age}), ${failed} abandoned`];
  if (lastRefusedAt !== null) {
    lines.push(
      `  ${refused} requests found the queue full, the last at ${lastRefusedAt.toISOString()}. Find what they were about with: ` +
        commandLine.verifyAndRepair(projection),
    );
  }
  for (const {
    aggregateId,
    state,
    reason,
    attempts,
    error,
    nextAttemptAt,
    lease,
    projectionVersion,
  } of tasks) {
    const next = lease
      ? `held by ${lease.holder} until ${lease.expiresAt.toISOString()}`
      : state === 'FAILED'
        ? 'abandoned'
        : `next at ${nextAttemptAt.toISOString()}`;
    lines.push(
      `  ${state.padEnd(6)} ${idText(aggregateId)} of version ${projectionVersion} (${reason}), ${attempts} attempts, ${next}${error === null ? '' : `: ${error}`}`,
    );
  }
  const others = open + failed - tasks.length;
  if (others > 0) lines.push(`  and ${others} more (--limit)`);
  return linesText(lines);
}

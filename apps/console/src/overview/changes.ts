import type { AuditEntry, Generation, Run } from './registry-types.ts';
import type { Change, Known } from '../contract/index.ts';

/** Who is behind an attempt: the proven credential, else who the operator says to be, else the account. */
export function whoTried({
  askedBy,
  actor,
  user,
  host,
}: Pick<AuditEntry, 'askedBy' | 'actor' | 'user' | 'host'>): string {
  return askedBy ?? actor ?? `${user}@${host}`;
}

const shown = 10;

/** How a run ended, as it is said of a rebuild. */
function endOf(outcome: string | null, generation = 'a generation'): string {
  switch (outcome) {
    case 'promoted':
      return `a rebuild promoted ${generation}`;
    case 'built':
      return `a rebuild built ${generation}, and promoted nothing`;
    case 'refused':
      return `a rebuild was refused: ${generation} was not promoted`;
    case null:
      return 'a rebuild ended without an outcome';
    default:
      return `a rebuild ended: ${outcome.replaceAll('-', ' ')}`;
  }
}

/** What changed about a read model lately, newest first: runs, what operators asked for, and generations that came about. */
export function changesOf(
  projection: string,
  {
    runs,
    generations,
    audit,
  }: {
    readonly runs: readonly Run[];
    readonly generations: readonly Generation[];
    readonly audit: readonly AuditEntry[];
  },
): Change[] {
  const known = (value: string): Known<string> => ({ known: true, value });
  const names = new Map(generations.map(({ uuid, name }) => [uuid, name]));
  const own = audit.filter((entry) =>
    entry.arguments.some((word) => word === projection || word.startsWith(`${projection}_v`)),
  );
  const changes: Change[] = [
    ...runs.map(({ endedAt, startedAt, outcome, generation, user, host }) => ({
      at: (endedAt ?? startedAt).toISOString(),
      what:
        endedAt === null
          ? 'a rebuild was started'
          : endOf(outcome, generation === null ? undefined : (names.get(generation) ?? generation)),
      who: known(`${user}@${host}`),
    })),
    ...own
      .filter(({ verb }) => verb !== 'rebuild')
      .map((entry) => ({
        at: (entry.outcome?.at ?? entry.at).toISOString(),
        what: `${entry.verb} ${entry.outcome === null ? 'was asked for' : entry.outcome.exitCode === 0 ? 'was done' : `ended with exit code ${entry.outcome.exitCode}`}`,
        who: known(whoTried(entry)),
      })),
    ...generations
      .filter(({ runId, state }) => runId === null && state !== 'PRUNED')
      .map(({ createdAt, name }) => ({
        at: createdAt.toISOString(),
        what: `${name} came about`,
        who: { known: false as const, why: 'a consumer made it, and nobody asked for it' },
      })),
  ];
  return changes.sort((a, b) => b.at.localeCompare(a.at)).slice(0, shown);
}

import { program } from './program.ts';

/** Limits of the gate that a promotion may be given. */
export interface PromotionLimits {
  readonly poisonBudget?: number;
  readonly maxShrink?: number;
  readonly allowEmpty?: boolean;
  /** Refuse when no running consumer would feed it. */
  readonly requireFeeder?: boolean;
}

/**
 * Every command line that a message, receipt, page or health answer prints, one function each. Nothing else in the sources may
 * spell one: `command-lines.unit.spec.ts` of the command line looks for that and parses each; `printed-lines.unit.spec.ts` names the
 * test that types it, for each place that prints it.
 */
export const commandLine = {
  /** Of one read model, or of all. */
  status: (projection?: string) => line('status', ...of(projection)),
  rebuild: (projection: string) => line('rebuild', ...of(projection)),
  rebuildFromEventStore: (projection: string) =>
    line('rebuild', ...of(projection), '--source', 'event-store'),
  /** Reads the log and says what a rebuild would do. */
  dryRun: (projection: string) => line('rebuild', ...of(projection), '--mode', 'DRY_RUN'),
  cancel: (projection: string) => line('cancel', ...of(projection)),
  promote: (
    generation: string,
    { poisonBudget, maxShrink, allowEmpty, requireFeeder }: PromotionLimits = {},
  ) =>
    line(
      ...['promote', '--generation', generation],
      ...(poisonBudget === undefined ? [] : ['--poison-budget', String(poisonBudget)]),
      ...(maxShrink === undefined ? [] : ['--max-shrink', String(maxShrink)]),
      ...(allowEmpty ? ['--allow-empty'] : []),
      ...(requireFeeder ? ['--require-feeder'] : []),
    ),
  rollback: (projection: string) => line('rollback', ...of(projection)),
  rollbackAgain: (projection: string) => line('rollback', ...of(projection), '--again'),
  prune: (projection: string) => line('prune', ...of(projection)),
  verify: (projection: string) => line('verify', ...of(projection)),
  verifyAndRepair: (projection: string, { deep = false }: { deep?: boolean } = {}) =>
    line('verify', ...of(projection), ...(deep ? ['--deep'] : []), '--repair'),
  repairQueue: (projection: string) => line('repair', ...of(projection), '--status'),
  repairAll: (projection: string) => line('repair', ...of(projection), '--all'),
  repairAggregate: (projection: string, aggregateId: string) =>
    line('repair', ...of(projection), '--aggregate-id', aggregateId),
  listReceipts: () => line('receipts', 'list'),
  listDeadLetters: () => line('dlq', 'list'),
  listOpenDeadLetters: () => line('dlq', 'list', '--state', 'open'),
  /** @param id of a letter, as in `orders.events:3:1042` */
  showDeadLetter: (id: string) => line('dlq', 'show', id),
  redriveDeadLetter: (id: string) => line('dlq', 'redrive', id),
  discardDeadLetter: (id: string, reason: string) => line('dlq', 'discard', id, '--reason', reason),
  /** Brings the read-model database to the schema of this release. */
  migrate: () => line('migrate'),
  /** Says what moving the registry to what is configured would change. */
  rebindDryRun: (projection: string) => line('rebind', ...of(projection)),
} as const;

function of(projection: string | undefined): string[] {
  return projection === undefined ? [] : ['--projection', projection];
}

/** The line that runs the command line with these words: those a shell would read otherwise are quoted, so that it can be pasted. */
export function lineOf(words: readonly string[]): string {
  return line(...words);
}

function line(...words: string[]): string {
  const quoted = words.map((word) =>
    /^[\w./:=@,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  );
  return [program, ...quoted].join(' ');
}

import { printable, printableLines } from '../logging/printable.ts';
import { redact } from '../logging/redaction.ts';
import type { AuditPlace } from './audit-tables.ts';

/** What is needed of a pg client or pool: this library holds no driver. */
export interface AuditSession {
  query(text: string, values: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

/** What somebody is about to do. Texts are masked, cut and cleared of secrets when they are recorded. */
export interface Attempt {
  /** A UUID. Recording the same attempt again does nothing, so it can be sent again after a lost answer. */
  readonly attempt: string;
  readonly origin: 'cli' | 'console';
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  /** Who the operator says to be (`REPRISE_ACTOR`); nothing proves it. */
  readonly actor?: string | undefined;
  /** The credential that was proven, as `key:ID` or `sub:SUBJECT`. */
  readonly askedBy?: string | undefined;
  /** As in `rollback` or `dlq discard`. */
  readonly verb: string;
  readonly arguments: readonly string[];
}

/** What came of it. */
export interface Outcome {
  readonly exitCode: number;
  /** Why it failed or was refused. */
  readonly message?: string | undefined;
  /** UUIDs of its runs. */
  readonly runs?: readonly string[];
  /** What it reports. Long parts are left out: the whole receipt of a run is in the registry. */
  readonly receipt?: unknown;
}

/** An attempt as it is on record. */
export interface AuditEntry extends Omit<Attempt, 'actor' | 'askedBy'> {
  readonly at: Date;
  /** The role that was logged in to the database. */
  readonly login: string;
  readonly actor: string | null;
  readonly askedBy: string | null;
  /** Null while it runs, and for ever where its process was killed or could not record it. */
  readonly outcome: {
    readonly at: Date;
    readonly exitCode: number;
    readonly message: string | null;
    readonly runs: readonly string[];
    readonly receipt: unknown;
  } | null;
}

/** Which attempts are meant; what is left out does not limit. */
export interface AuditFilter {
  readonly verb?: string;
  /** The operating system's user, `REPRISE_ACTOR`, or the credential. */
  readonly by?: string;
  readonly since?: Date;
  /** Only attempts without an outcome, or only those that did not end with 0. */
  readonly only?: 'open' | 'failed';
  /** Most entries. */
  readonly limit: number;
}

/** Writes down what is about to be done. Do nothing if this fails. */
export async function recordAttempt(
  session: AuditSession,
  place: AuditPlace,
  attempt: Attempt,
): Promise<void> {
  await session.query(
    `INSERT INTO ${place}audit_attempts (attempt, origin, os_user, host, pid, actor, asked_by, verb, arguments)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (attempt) DO NOTHING`,
    [
      attempt.attempt,
      attempt.origin,
      word(attempt.user),
      word(attempt.host),
      attempt.pid,
      named(attempt.actor),
      named(attempt.askedBy),
      word(attempt.verb),
      attempt.arguments.slice(0, mostArguments).map(word),
    ],
  );
}

/** What Postgres says of a schema or a table that was not made yet. */
const notThere: readonly unknown[] = ['3F000', '42P01'];

/**
 * Has an attempt written down where the database has an audit. One that was not migrated yet has none: what is done then is written
 * down once the audit is made, or by nobody where others migrate.
 *
 * @param record calls {@link recordAttempt}
 * @returns whether it is written down
 * @throws what `record` throws for any other reason. Do nothing then
 */
export async function recordedWhereKept(record: () => Promise<void>): Promise<boolean> {
  try {
    await record();
    return true;
  } catch (error) {
    if (notThere.includes((error as { readonly code?: unknown }).code)) return false;
    throw error;
  }
}

/** Writes down what came of an attempt; the first outcome of one stays. */
export async function recordOutcome(
  session: AuditSession,
  place: AuditPlace,
  attempt: string,
  { exitCode, message, runs = [], receipt }: Outcome,
): Promise<void> {
  await session.query(
    `INSERT INTO ${place}audit_outcomes (attempt, exit_code, message, runs, receipt)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (attempt) DO NOTHING`,
    [
      attempt,
      exitCode,
      message === undefined ? null : printableLines(redact(message)).slice(0, longestMessage),
      runs.slice(0, mostArguments),
      receipt === undefined ? null : brief(receipt),
    ],
  );
}

interface AuditRow extends Omit<AuditEntry, 'outcome'> {
  readonly endedAt: Date | null;
  readonly exitCode: number;
  readonly message: string | null;
  readonly runs: readonly string[];
  readonly receipt: unknown;
}

/** Attempts that match every part of the filter, newest first. */
export async function listAudit(
  session: AuditSession,
  place: AuditPlace,
  { verb, by, since, only, limit }: AuditFilter,
): Promise<AuditEntry[]> {
  const { rows } = await session.query(
    `SELECT attempt, tried.at, login, origin, os_user AS "user", host, pid, actor, asked_by AS "askedBy", verb, arguments,
            ended.at AS "endedAt", exit_code AS "exitCode", message, runs, receipt
     FROM ${place}audit_attempts AS tried LEFT JOIN ${place}audit_outcomes AS ended USING (attempt)
     WHERE ($1::text IS NULL OR verb = $1) AND ($2::text IS NULL OR $2 IN (os_user, actor, asked_by))
       AND ($3::timestamptz IS NULL OR tried.at >= $3)
       AND CASE $4 WHEN 'open' THEN ended.at IS NULL WHEN 'failed' THEN exit_code <> 0 ELSE true END
     ORDER BY tried.at DESC, number DESC LIMIT $5`,
    [verb ?? null, by ?? null, since ?? null, only ?? null, limit],
  );
  return (rows as AuditRow[]).map(({ endedAt, exitCode, message, runs, receipt, ...tried }) => ({
    ...tried,
    outcome: endedAt === null ? null : { at: endedAt, exitCode, message, runs, receipt },
  }));
}

const [longestWord, longestMessage, mostArguments, mostReceipt] = [300, 2_000, 100, 16_000];

function word(text: string): string {
  return printable(redact(text), longestWord);
}

function named(text: string | undefined): string | null {
  const name = text?.trim() ?? '';
  return name === '' ? null : word(name);
}

/** JSON of what was reported, without its long lists and texts. Postgres keeps no NUL, and no halves of pairs. */
function brief(value: unknown, levels = 3): string {
  const text = JSON.stringify(shortened(value, levels));
  if (text.length <= mostReceipt) return text;
  return levels > 1 ? brief(value, levels - 1) : JSON.stringify('too long to be kept here');
}

function shortened(value: unknown, levels: number): unknown {
  if (typeof value === 'string') return word(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (levels === 0) return '…';
  if (Array.isArray(value)) {
    const kept = value.slice(0, 20).map((one) => shortened(one, levels - 1));
    return value.length > kept.length ? [...kept, `… ${value.length - kept.length} more`] : kept;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [word(name), shortened(one, levels - 1)]),
  );
}

/** Where the tables are: a schema and a point, as in `registry.`, or nothing for the first schema of the search path. */
export type AuditPlace = '' | `${string}.`;

/** Columns of a row that its writer gives. The others, who is logged in and when, are the database's to say. */
const given = {
  audit_attempts: 'attempt, origin, os_user, host, pid, actor, asked_by, verb, arguments',
  audit_outcomes: 'attempt, exit_code, message, runs, receipt',
} as const;

/** What a role that records needs: it adds rows, and can give neither a time nor another login. */
export function auditGrantSql(place: AuditPlace, role: string): string {
  return Object.entries(given)
    .map(
      ([table, columns]) => `
      REVOKE ALL ON ${place}${table} FROM ${role};
      GRANT SELECT, INSERT (${columns}) ON ${place}${table} TO ${role};`,
    )
    .join('');
}

/**
 * Makes the tables of what operators tried and what came of it. What came of it is a row, not a change of one, so that both tables are
 * append-only for everybody, the owner included. Released migrations run this: it is never edited.
 */
export function auditTablesSql(place: AuditPlace): string {
  return `
CREATE TABLE ${place}audit_attempts (
  attempt uuid PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Who was logged in to the database.
  login text NOT NULL DEFAULT session_user,
  origin text NOT NULL CHECK (origin IN ('cli', 'console')),
  os_user text NOT NULL,
  host text NOT NULL,
  pid integer NOT NULL,
  -- What REPRISE_ACTOR said; nothing proves it.
  actor text,
  -- The credential that was proven: key:ID or sub:SUBJECT.
  asked_by text,
  verb text NOT NULL,
  arguments text[] NOT NULL
);
CREATE INDEX audit_attempts_newest ON ${place}audit_attempts (at DESC, number DESC);

CREATE TABLE ${place}audit_outcomes (
  attempt uuid PRIMARY KEY REFERENCES ${place}audit_attempts,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  exit_code integer NOT NULL,
  message text,
  runs uuid[] NOT NULL,
  receipt jsonb
);

CREATE FUNCTION ${place}refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING
    ERRCODE = 'restrict_violation',
    MESSAGE = format('%s on %s refused: the audit is append-only', TG_OP, TG_TABLE_NAME),
    DETAIL = 'It says what operators did; a changed or missing row would change the past.';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${place}audit_attempts
  FOR EACH STATEMENT EXECUTE FUNCTION ${place}refuse_audit_change();
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${place}audit_outcomes
  FOR EACH STATEMENT EXECUTE FUNCTION ${place}refuse_audit_change();
-- A session in replica mode skips ordinary triggers; these fire there too.
ALTER TABLE ${place}audit_attempts ENABLE ALWAYS TRIGGER audit_is_append_only;
ALTER TABLE ${place}audit_outcomes ENABLE ALWAYS TRIGGER audit_is_append_only;
`;
}

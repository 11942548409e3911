import { createReadModelPool, Registry, type RetryOptions } from '@reprise/read-model-indices';
import { thisProcess, type ProcessIdentity } from '@reprise/runtime';

type AuditLog = Registry['audit'];

/** Where a command that changes something records that it does, and what comes of it. */
export interface Audit {
  /**
   * Records who is about to do what. Called when the command line, the settings and the registry's schema were found in order, and before
   * anything is changed, or compared with what is configured.
   * @throws DependencyError: then nothing may be done
   */
  readonly begin: (open: OpenAudit) => Promise<void>;
  /** Adds to what is recorded of the outcome: what a command reports of one read model, or of all. */
  readonly report: (result: unknown) => void;
}

/** An audit that is open. Whoever is given it closes it. */
export interface OpenAudit {
  readonly identity: ProcessIdentity;
  readonly log: AuditLog;
  readonly close: () => Promise<unknown>;
}

/** How long a row may take, in milliseconds: a signal ends the process soon, and the outcome is recorded before. */
const budgetMs = 3_000;

/** The audit of a registry, over a connection that outlives those of the work. Whoever is given it closes it. */
export function openAudit(databaseUrl: string, retry: RetryOptions = {}): OpenAudit {
  const pool = createReadModelPool(databaseUrl, { max: 1, applicationName: 'reprise-audit' });
  return {
    identity: thisProcess(),
    log: new Registry(pool, { budgetMs, ...retry }).audit,
    close: () => pool.end(),
  };
}

import { loadContexts } from '@reprise/contexts';
import { ConfigurationError, setSession } from '@reprise/runtime';
import { connectionFault, databaseTarget, ServerUnusableError } from '@reprise/runtime/connections';
import { readOwner } from '@reprise/write-api';
import pg from 'pg';

/** What a database lacks that was not migrated to this release: a table or a column. */
const undefinedTable = '42P01';
const undefinedColumn = '42703';

/** There is no key with this id that something could be done with. */
export class KeyNotFound extends Error {
  override readonly name = 'KeyNotFound';
  readonly code = 'KEY_NOT_FOUND';
  readonly retryable = false;

  constructor(id: string, wanted: string) {
    super(
      `There is no ${wanted} key ${JSON.stringify(id)} in this write database. Nothing was changed. List them: npm run -s access -- list`,
    );
  }
}

/**
 * Works on the keys of a context's write API, as the owner of its write database.
 *
 * @param named the context; undefined for the first that has an outbox
 * @throws ConfigurationError where there is no such context, or no setting names its database
 * @throws ServerUnusableError where the database cannot be used; `retryable` says whether that may pass
 */
export async function withKeys<T>(
  named: string | undefined,
  work: (owner: pg.Client) => Promise<T>,
): Promise<T> {
  const { url, variable } = readOwner({ prefix: await prefixOf(named) }, process.env);
  const owner = new pg.Client({
    connectionString: url,
    application_name: 'access',
    connectionTimeoutMillis: 10_000,
  });
  owner.on('error', () => undefined);
  try {
    await owner.connect();
    await setSession(owner);
    return await work(owner);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === undefinedTable || code === undefinedColumn)
      throw new ConfigurationError([
        'The write database lacks a table of keys or of their audit, or a column of one. Run npm run -s migrate, then this again',
      ]);
    const fault = connectionFault(error, databaseTarget(url, variable), 'No key was made or changed.');
    throw fault === undefined ? error : new ServerUnusableError(fault, error);
  } finally {
    await owner.end().catch(() => undefined);
  }
}

/** What the settings of a context's write API begin with. */
async function prefixOf(named: string | undefined): Promise<string> {
  const { contexts } = await loadContexts(process.env);
  const writing = contexts.filter(({ outbox }) => outbox);
  const found = writing.find(({ name }) => named === undefined || name === named);
  if (found !== undefined) return found.variables.prefix;
  const names = writing.map(({ name }) => name).join(', ');
  throw new ConfigurationError([
    `--context must name one that has an outbox (${names || 'none has'}), not "${named ?? ''}"`,
  ]);
}

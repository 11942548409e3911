import { endpointNames } from '@reprise/stack';
import { jest } from '@jest/globals';
import { afterFile, testEndpoints } from '@reprise/test-kit';
import { databaseTemplates, type DatabaseTemplates } from './cluster/databases.ts';
import { sharedServers, type Servers } from './cluster/servers.ts';
import { matrix } from './rows/matrix.ts';
import { shortSelection } from './rows/short-selection.ts';
import { runRow } from './run-row.ts';
import { rowsNamed } from './select-rows.ts';

jest.setTimeout(300_000);

let servers: Servers;
let templates: DatabaseTemplates;
beforeAll(async () => {
  const { env, outboxDatabaseUrl, writeOwnerUrl, readModelOwnerUrl, urlOf } = testEndpoints();
  const ofContexts = endpointNames.filter((name) => /^\w+_(WRITE|OUTBOX|EVENT_STORE)_DATABASE_/.test(name));
  servers = sharedServers({
    ...env,
    OUTBOX_DATABASE_URL: outboxDatabaseUrl,
    WRITE_DATABASE_OWNER_URL: writeOwnerUrl,
    READ_MODEL_DATABASE_OWNER_URL: readModelOwnerUrl,
    ...Object.fromEntries(ofContexts.map((name) => [name, urlOf(name)])),
  });
  templates = await databaseTemplates(servers);
  afterFile(() => templates.close());
});

describe('the short selection of the fault matrix', () => {
  it.concurrent.each(rowsNamed(matrix, shortSelection).map((row) => [row.id, row.title, row] as const))(
    '%s: %s',
    async (_id, _title, row) => {
      const { outcome, reason } = await runRow(row, servers, templates);
      expect({ outcome, reason }).toEqual({ outcome: 'held', reason: undefined });
    },
  );
});

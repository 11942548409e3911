import { runWriteMigrations } from '@reprise/product-api';
import { runReadModelMigrations } from '@reprise/read-model-indices';
import { migrateRecruiting } from '@reprise/recruiting-api';
import { ConfigurationError, outliveReaders, readConfiguration } from '@reprise/runtime';
import { isRefusal } from '@reprise/runtime/connections';
import { Command } from 'commander';

outliveReaders();
const { write = false, readModel = false } = new Command('migrate')
  .description(
    'Brings the databases to the schema of this release. Safe to run again and while applications run.',
  )
  .option(
    '--write',
    'only the write databases (WRITE_DATABASE_OWNER_URL, else WRITE_DATABASE_URL; for recruiting, where it is in use, the same with RECRUITING_ before)',
  )
  .option(
    '--read-model',
    'only the read-model database (READ_MODEL_DATABASE_OWNER_URL, else READ_MODEL_DATABASE_URL)',
  )
  .addHelpText(
    'after',
    '\nExit codes: 0 all are current, 1 usage, configuration, or a database refuses this process, 4 a database is unreachable or a migration failed.',
  )
  .parse()
  .opts<{ write?: boolean; readModel?: boolean }>();

const print = (line: string): void => void process.stderr.write(`${line}\n`);

const summary = (database: string, applied: readonly string[]): string =>
  applied.length === 0
    ? `The ${database} database is current.`
    : `Applied to the ${database} database: ${applied.join(', ')}.`;

try {
  if (write || !readModel) {
    const { url, variable } = readConfiguration(process.env, ['writeDatabaseOwner']).writeDatabaseOwner;
    print(summary('write', await runWriteMigrations(url, variable)));
    const recruiting = await migrateRecruiting(process.env);
    if (recruiting !== undefined) print(summary('recruiting write', recruiting));
  }
  if (readModel || !write) {
    const { url, variable } = readConfiguration(process.env, [
      'readModelDatabaseOwner',
    ]).readModelDatabaseOwner;
    print(summary('read-model', await runReadModelMigrations(url, { databaseUrl: variable })));
  }
} catch (error) {
  if (error instanceof ConfigurationError) {
    print(`${error.message}\nName the database, or start the embedded servers: npm run -s stack -- up`);
    process.exitCode = 1;
  } else {
    print(error instanceof Error ? error.message : String(error));
    process.exitCode = isRefusal(error) ? 1 : 4;
  }
}

import { runWriteMigrations } from '@reprise/product-api';
import { runReadModelMigrations } from '@reprise/read-model-indices';
import { ConfigurationError, outliveReaders, readConfiguration } from '@reprise/runtime';
import { Command } from 'commander';

outliveReaders();
const { write = false, readModel = false } = new Command('migrate')
  .description(
    'Brings the databases to the schema of this release. Safe to run again and while applications run.',
  )
  .option('--write', 'only the write database (WRITE_DATABASE_URL)')
  .option('--read-model', 'only the read-model database (READ_MODEL_DATABASE_URL)')
  .addHelpText(
    'after',
    '\nExit codes: 0 both are current, 1 usage or configuration, 4 a database is unreachable or refused.',
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
    const { writeDatabaseUrl } = readConfiguration(process.env, ['writeDatabase']);
    print(summary('write', await runWriteMigrations(writeDatabaseUrl)));
  }
  if (readModel || !write) {
    const { readModelDatabaseUrl } = readConfiguration(process.env, ['readModelDatabase']);
    print(summary('read-model', await runReadModelMigrations(readModelDatabaseUrl)));
  }
} catch (error) {
  if (error instanceof ConfigurationError) {
    print(`${error.message}\nName the database, or start the embedded servers: npm run -s stack -- up`);
    process.exitCode = 1;
  } else {
    print(error instanceof Error ? error.message : String(error));
    process.exitCode = 4;
  }
}

import { ConfigurationError, outliveReaders, printableLines } from '@reprise/runtime';
import { Command } from 'commander';
import { databases } from './databases.ts';
import { planOf } from './plan.ts';
import { exitCodeOf } from './recorded.ts';

outliveReaders();
const { write = false, readModel = false } = new Command('migrate')
  .description(
    'Brings each database that the environment names to the schema of this release. Safe to run again and while applications run.',
  )
  .option(
    '--write',
    'only the write databases (WRITE_DATABASE_OWNER_URL, else WRITE_DATABASE_URL; for other contexts the same after their name, as in RECRUITING_WRITE_DATABASE_URL)',
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

const print = (line: string): void => void process.stderr.write(`${printableLines(line)}\n`);

try {
  const side = write === readModel ? undefined : write ? 'write' : 'read-model';
  const { migrations, leftOut } = planOf(databases, process.env, side);
  for (const { name, run } of migrations) {
    const applied = await run();
    print(
      applied.length === 0
        ? `The ${name} database is current.`
        : `Applied to the ${name} database: ${applied.join(', ')}.`,
    );
  }
  for (const sentence of leftOut) print(sentence);
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  if (error instanceof ConfigurationError) {
    print('No database was migrated. Name a database, or start the embedded servers: npm run -s stack -- up');
  }
  process.exitCode = error instanceof ConfigurationError ? 1 : exitCodeOf(error);
}

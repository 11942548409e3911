import { isEnvironment, isScope, keysFileText } from '@reprise/access';
import { outliveReaders, printable, printableJson, printableLines } from '@reprise/runtime';
import { createKey, exportKeys, listKeys, revokeKey, rotateKey, type MadeKey } from '@reprise/write-api';
import { listAudit } from '@reprise/runtime/audit';
import { Command, InvalidArgumentError } from 'commander';
import { asTable, auditAsTable } from './key-table.ts';
import { changingKeys, exitCodeOf } from './changing-keys.ts';
import { KeyNotFound, withKeys } from './with-keys.ts';

const day = 'days until it expires; 0: never';

function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,5}$/.test(text) && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${most}.`);
  };
}

function scopesOf(text: string): string[] {
  const scopes = text.split(',').map((scope) => scope.trim());
  const wrong = scopes.filter((scope) => !isScope(scope));
  if (wrong.length === 0) return [...new Set(scopes)];
  throw new InvalidArgumentError(
    `Not a permission: ${wrong.join(', ')}. One looks like products:write; * is all of them.`,
  );
}

function environmentOf(text: string): string {
  if (isEnvironment(text)) return text;
  throw new InvalidArgumentError(
    'It must be at most 16 lower-case letters and digits, and begin with a letter.',
  );
}

function nameOf(text: string): string {
  const name = text.trim();
  if (name.length > 0 && name.length <= 100 && printable(name) === name) return name;
  throw new InvalidArgumentError('It must be 1 to 100 printable characters.');
}

/** What stands in a database, or comes from a server, obeys no terminal: others may have written it. */
const say = (text: string): void => void process.stderr.write(`${printableLines(text)}\n`);
const asJson = (value: unknown): string => printableJson(JSON.stringify(value, null, 2));

/** The key alone on stdout, so that it can be piped to where it is kept; all else on stderr. */
function show({ id, text }: MadeKey, sentence: string): void {
  say(`${sentence} Its id is ${id}. The key is shown this once and stored nowhere:`);
  process.stdout.write(`${text}\n`);
}

outliveReaders();
const program = new Command('access')
  .description(
    'Creates, lists, rotates, revokes and exports the API keys of a write API. Only hashes of keys are stored.',
  )
  .option(
    '--context <name>',
    'whose write API (default: the first context of reprise.config.ts that has an outbox)',
  )
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 usage, configuration, no such key, or the database refuses it, 4 the database is unreachable.',
  );
const context = (): string | undefined => program.opts<{ context?: string }>().context;

program
  .command('create')
  .description('create a key and print it')
  .requiredOption('--name <text>', 'what it is for', nameOf)
  .requiredOption(
    '--scopes <permissions>',
    'what it allows, comma-separated, such as products:read,products:write',
    scopesOf,
  )
  .option('--days <n>', day, wholeNumber(3_650), 365)
  .option('--environment <word>', 'the environment it says it belongs to', environmentOf, 'live')
  .action(async (options: { name: string; scopes: string[]; days: number; environment: string }) => {
    show(await changingKeys(context(), 'create', (owner) => createKey(owner, options)), 'Made a key.');
  });

program
  .command('list')
  .description('all keys, newest first')
  .option('--json', 'as JSON')
  .action(async ({ json = false }: { json?: boolean }) => {
    const keys = await withKeys(context(), listKeys);
    process.stdout.write(json ? `${asJson(keys)}\n` : asTable(keys));
  });

program
  .command('rotate')
  .description('create a key that replaces another, which expires a while later, and print it')
  .argument('<id>')
  .option('--days <n>', `${day} (default: as for the old key)`, wholeNumber(3_650))
  .option('--overlap-hours <n>', 'how long the old key is still accepted', wholeNumber(8_760), 24)
  .action(async (id: string, options: { days?: number; overlapHours: number }) => {
    const made = await changingKeys(context(), 'rotate', async (owner) => {
      const rotated = await rotateKey(owner, id, options);
      if (rotated === undefined) throw new KeyNotFound(id, 'usable');
      return rotated;
    });
    show(
      made,
      `Made a key in the place of ${id}, which is accepted for ${options.overlapHours} more hours at most.`,
    );
  });

program
  .command('revoke')
  .description('revoke a key: it is refused within 5 seconds')
  .argument('<id>')
  .action(async (id: string) => {
    await changingKeys(context(), 'revoke', async (owner) => {
      if (!(await revokeKey(owner, id))) throw new KeyNotFound(id, 'unrevoked');
      return { id };
    });
    say(
      `Revoked ${id}. Applications refuse it within 5 seconds; a file that was exported before still has it.`,
    );
  });

program
  .command('audit')
  .description('who created, replaced or revoked keys, and the outcome; newest first')
  .option('--limit <n>', 'at most this many', wholeNumber(1_000), 20)
  .option('--json', 'as JSON')
  .action(async ({ limit, json = false }: { limit: number; json?: boolean }) => {
    const entries = await withKeys(context(), (owner) => listAudit(owner, '', { limit }));
    process.stdout.write(json ? `${asJson(entries)}\n` : auditAsTable(entries));
  });

program
  .command('export')
  .description(
    'print the hashes of all usable keys, as a file for ACCESS_KEYS_FILE of applications without a write database',
  )
  .action(async () => {
    process.stdout.write(printableJson(keysFileText(await withKeys(context(), exportKeys))));
  });

await program.parseAsync().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = exitCodeOf(error);
});

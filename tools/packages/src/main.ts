import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reportApis } from './api/report-apis.ts';
import { pack } from './pack/pack.ts';

/*
 * npm run -s pack -- [--out FOLDER] [--repository URL]   makes the tarballs that are published
 * npm run -s api -- [--check]                            writes the reports of the public interfaces, or says which differ
 * Both read what is built, and the scripts build it first.
 */
const root = resolve(import.meta.dirname, '../../..');
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string' }, repository: { type: 'string' }, check: { type: 'boolean' } },
  });
  const { out = 'dist/tarballs', repository, check = false } = values;
  if (positionals[0] === 'pack') packInto(resolve(root, out), repository);
  else if (positionals[0] === 'api') report(check);
  else throw new Error('Say what to do: pack [--out FOLDER] [--repository URL], or api [--check].');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function packInto(out: string, repository: string | undefined): void {
  const trees = resolve(root, 'dist/packages');
  for (const { file, bytes, fileCount } of pack({ root, out, trees, ...(repository && { repository }) }))
    process.stdout.write(`${file}  ${Math.ceil(bytes / 1024)} kB, ${fileCount} files\n`);
}

function report(check: boolean): void {
  const changed = reportApis(root, { check }).filter((one) => one.changed);
  for (const { file } of changed) process.stdout.write(`${check ? 'differs' : 'written'}: ${file}\n`);
  if (!check || changed.length === 0) return;
  process.stderr.write('The public interface changed. If that is wanted, report it: npm run -s api\n');
  process.exitCode = 1;
}

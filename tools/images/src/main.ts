import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeProductionTree } from './tree/production-tree.ts';

/*
 * Makes what an image holds, from the built workspace: node tools/images/src/main.ts --out FOLDER [--app NAME]... [--init FILE]
 * It imports nothing but Node, because it runs where nothing else is installed.
 */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
try {
  const { out, app, init } = parseArgs({
    options: { out: { type: 'string' }, app: { type: 'string', multiple: true }, init: { type: 'string' } },
  }).values;
  if (out === undefined) throw new Error('--out FOLDER is required; nothing was written.');
  makeProductionTree({
    root: resolve(import.meta.dirname, '../../..'),
    out: resolve(out),
    ...(app !== undefined && { applications: app }),
    ...(init !== undefined && { init: resolve(init) }),
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

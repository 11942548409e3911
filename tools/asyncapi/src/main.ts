import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncApiFiles, folder, workspace } from './files.ts';

mkdirSync(join(workspace, folder), { recursive: true });
for (const [path, text] of await asyncApiFiles()) {
  writeFileSync(join(workspace, path), text);
  process.stdout.write(`written: ${path}\n`);
}

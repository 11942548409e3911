/** Says at the end of `npm test` which suites were left out, because a program they need is missing here. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { leftOutDirectory } from './jest-counts.mjs';

const files = existsSync(leftOutDirectory) ? readdirSync(leftOutDirectory).sort() : [];
const lines = files.flatMap((file) => readFileSync(join(leftOutDirectory, file), 'utf8').trim().split('\n'));
if (lines.length > 0) {
  console.log(
    `\nNot everything was tested on this machine:\n${lines.map((line) => `  - ${line}`).join('\n')}`,
  );
}

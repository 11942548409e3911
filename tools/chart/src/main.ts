import { outliveReaders } from '@reprise/runtime';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chart, examples, golden } from './chart-files.ts';
import { template } from './helm.ts';

/*
 * `npm run -s chart` writes what follows from the chart: what the examples render to, and the table of values in its README. The
 * difference is part of a change of the chart. It needs helm and helm-docs.
 */
outliveReaders();
for (const example of examples) {
  const { code, stdout, stderr } = template('--values', join(chart, 'examples', `${example}.yaml`));
  if (code === 0) writeFileSync(join(golden, `${example}.yaml`), stdout);
  else {
    process.stderr.write(stderr);
    process.exitCode = 1;
  }
}
const docs = spawnSync('helm-docs', ['--chart-search-root', chart, '--sort-values-order', 'file'], {
  stdio: 'inherit',
});
if (docs.status !== 0) process.exitCode = 1;

import { describeWith } from '@reprise/test-kit';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../../.github/workflows');

describeWith('actionlint', 'the workflows', () => {
  it.each(readdirSync(folder))('hold nothing that actionlint objects to: %s', (file) => {
    const { status, stdout } = spawnSync('actionlint', ['-no-color', join(folder, file)], {
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});

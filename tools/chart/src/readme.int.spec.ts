import { describeWith } from '@reprise/test-kit';
import { spawnSync } from 'node:child_process';
import { chartFile, chart } from './chart-files.ts';

describeWith('helm-docs', 'the README of the chart', () => {
  it('lists the values as they are (npm run -s chart)', () => {
    const args = [
      '--chart-search-root',
      chart,
      '--sort-values-order',
      'file',
      '--dry-run',
      '--log-level',
      'error',
    ];
    const { status, stdout } = spawnSync('helm-docs', args, { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout.trim()).toBe(chartFile('README.md').trim());
  });
});

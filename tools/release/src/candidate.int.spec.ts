import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { candidateOf } from './candidate.ts';
import { problemsOf } from './versions.ts';

describe('a candidate in a git repository', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'release-'));
    git('init', '--quiet');
    write('package.json', '{ "version": "0.1.0" }');
    write('helm/reprise/Chart.yaml', 'version: 0.1.0\nappVersion: 0.1.0\n');
    write('libs/a/package.json', '{ "name": "a", "version": "0.2.0" }');
    write('libs/b/package.json', '{ "name": "b", "version": "0.0.0", "private": true }');
    commit('Began.');
    git('tag', 'v0.1.0');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const git = (...args: string[]): void => {
    const account = [
      '-c',
      'user.name=Test',
      '-c',
      'user.email=test@example.org',
      '-c',
      'commit.gpgsign=false',
    ];
    execFileSync('git', [...account, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const commit = (subject: string): void => {
    git('add', '--all');
    git('commit', '--quiet', '--message', subject);
  };

  it('is refused while its chart has changed since the last release, and has the same version', () => {
    write('package.json', '{ "version": "0.2.0" }');
    write('helm/reprise/Chart.yaml', 'version: 0.1.0\nappVersion: 0.2.0\n');
    commit('Raised the release alone.');
    expect(problemsOf(candidateOf(root, 'v0.2.0'))).toEqual([
      'The chart has changed since v0.1.0, where its version was 0.1.0, and is still 0.1.0: raise it in Chart.yaml',
    ]);
    write('helm/reprise/Chart.yaml', 'version: 0.2.0\nappVersion: 0.2.0\n');
    commit('Raised the chart.');
    expect(problemsOf(candidateOf(root, 'v0.2.0'))).toEqual([]);
  });
});

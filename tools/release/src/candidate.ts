import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { compare, type Candidate } from './versions.ts';

const chartFolder = 'helm/reprise';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
}

/**
 * What a release of the checked out commit under a tag would be. The release before it is the latest tag that led to this commit.
 * @param root the workspace, a git repository with its tags
 * @throws Error where a file cannot be read, or git fails
 */
export function candidateOf(root: string, tag: string): Candidate {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const tags = git('tag', '--list', 'v*', '--merged', 'HEAD').split('\n');
  const earlier = tags.filter((other) => other !== '' && other !== tag && compare(other, tag) < 0);
  const previous = earlier.sort(compare).at(-1);
  return {
    tag,
    workspace: manifest(root, 'package.json').version,
    packages: publishedVersions(root),
    chart: chartOf(readFileSync(join(root, chartFolder, 'Chart.yaml'), 'utf8')),
    ...(previous !== undefined && {
      previous: {
        tag: previous,
        chartVersion: chartOf(git('show', `${previous}:${chartFolder}/Chart.yaml`)).version,
        chartChanged: git('diff', '--name-only', previous, 'HEAD', '--', chartFolder) !== '',
      },
    }),
  };
}

function publishedVersions(root: string): Record<string, string> {
  const exclude = ['**/node_modules/**', '**/dist/**'];
  const manifests = globSync('libs/**/package.json', { cwd: root, exclude }).sort();
  const published = manifests.map((file) => manifest(root, file)).filter((one) => one.private !== true);
  return Object.fromEntries(published.map(({ name, version }) => [name, version]));
}

function manifest(root: string, file: string): Manifest {
  return JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest;
}

function chartOf(text: string): Candidate['chart'] {
  const { version, appVersion } = parse(text) as Candidate['chart'];
  return { version: String(version), appVersion: String(appVersion) };
}

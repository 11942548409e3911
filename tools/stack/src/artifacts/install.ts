import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../instance/directory.ts';
import { withLock } from '../instance/lock.ts';
import type { Java } from '../java.ts';
import { pinnedDigests, verifyFolder, type ArtifactSet } from './digests.ts';
import { mavenCopy } from './maven.ts';
import { unzip } from './zip.ts';

export const kafkaVersion = '4.1.1';
export const elasticsearchVersion = '9.2.4';

export interface InstallOptions {
  java: Java;
  report: (line: string) => void;
  signal?: AbortSignal;
}

const sizes: Record<ArtifactSet, string> = { kafka: '45 MB', elasticsearch: '100 MB' };
const archive = `elasticsearch-${elasticsearchVersion}.zip`;

/** Where a set stands once it is installed. A changed pin is another place, so an old installation is never mistaken. */
export function installedFolder(set: ArtifactSet, cache = cacheDirectory()): string {
  const version = set === 'kafka' ? kafkaVersion : elasticsearchVersion;
  const main = set === 'kafka' ? `kafka_2.13-${version}.jar` : archive;
  return join(cache, `${set}-${version}-${pinnedDigests(set).get(main)?.slice(0, 12) ?? 'unpinned'}`);
}

/** True when every file the servers start from is there; a folder gets its name only after it was verified. */
export function isInstalled(set: ArtifactSet, folder = installedFolder(set)): boolean {
  if (set === 'elasticsearch') {
    return ['bin/elasticsearch', `lib/elasticsearch-${elasticsearchVersion}.jar`].every((file) =>
      existsSync(join(folder, file)),
    );
  }
  return [...pinnedDigests('kafka').keys()].every((file) => existsSync(join(folder, file)));
}

/** Maven's local repository is not safe for two downloads at once: within this process they queue up. */
let downloads: Promise<unknown> = Promise.resolve();

/**
 * Makes sure that a set is installed and returns its folder. Downloads into a temporary folder, verifies every digest,
 * then renames: an interrupted run leaves nothing that looks like an installation.
 */
export async function install(set: ArtifactSet, options: InstallOptions): Promise<string> {
  const folder = installedFolder(set);
  if (isInstalled(set, folder)) return folder;
  const turn = downloads.then(() =>
    withLock(
      join(cacheDirectory(), 'download.lock'),
      {
        timeoutMs: 30 * 60_000,
        signal: options.signal,
        onWait: (pid) => options.report(`waiting for process ${pid}, which downloads into the same cache`),
      },
      () => download(set, folder, options),
    ),
  );
  downloads = turn.catch(() => undefined);
  await turn;
  return folder;
}

async function download(set: ArtifactSet, folder: string, options: InstallOptions): Promise<void> {
  if (isInstalled(set, folder)) return;
  const cache = cacheDirectory();
  mkdirSync(cache, { recursive: true });
  for (const leftover of readdirSync(cache).filter((name) => name.startsWith(`.${set}-`))) {
    rmSync(join(cache, leftover), { recursive: true, force: true });
  }
  const draft = mkdtempSync(join(cache, `.${set}-`));
  try {
    options.report(`fetching ${set} (${sizes[set]}) through Maven, once; it is kept in ${cache}`);
    const fetched = join(draft, 'fetched');
    await mavenCopy(set, fetched, options);
    await verifyFolder(fetched, set);
    rmSync(folder, { recursive: true, force: true });
    if (set === 'kafka') {
      renameSync(fetched, folder);
    } else {
      await unzip(join(fetched, archive), draft);
      renameSync(join(draft, `elasticsearch-${elasticsearchVersion}`), folder);
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

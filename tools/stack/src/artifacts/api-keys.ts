import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { StackError } from '../errors.ts';
import { cacheDirectory, stackFolder } from '../instance/directory.ts';
import { withLock } from '../instance/lock.ts';
import { elasticsearchVersion, install, type InstallOptions } from './install.ts';

const name = 'SecurityIndexAnalysis';
const source = join(stackFolder, 'elasticsearch-plugin', `${name}.java`);

/**
 * Elasticsearch with a plugin beside it that its index of API keys and native users needs. Everything else is linked to the distribution, which
 * stays as it is: servers without security do not load the plugin.
 *
 * @returns the folder of the installation
 * @throws StackError JAVA_MISSING where the Java that was found has no compiler
 */
export async function installWithApiKeys(options: InstallOptions): Promise<string> {
  const distribution = await install('elasticsearch', options);
  // Another plugin is another folder, so a running node never loses the one that it has loaded.
  const version = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const folder = `${distribution}-keys-${version}`;
  const { report, signal } = options;
  if (existsSync(folder)) return folder;
  await withLock(
    join(cacheDirectory(), 'download.lock'),
    {
      timeoutMs: 30 * 60_000,
      signal,
      onWait: (pid) => report(`waiting for process ${pid}, which installs into the same cache`),
    },
    () => Promise.resolve(existsSync(folder) || assemble(distribution, folder, options)),
  );
  return folder;
}

function assemble(distribution: string, folder: string, { java }: InstallOptions): void {
  if (!existsSync(join(java.home, 'bin/javac'))) {
    throw new StackError(
      'JAVA_MISSING',
      `--secure compiles a part of Elasticsearch, once, and ${java.home} is a Java without a compiler. ` +
        'Install a JDK (Debian/Ubuntu: apt install openjdk-21-jdk-headless), or set JAVA_HOME to one.',
    );
  }
  const draft = mkdtempSync(join(cacheDirectory(), '.elasticsearch-'));
  try {
    const [classes, home] = [join(draft, 'classes'), join(draft, 'home')];
    const plugin = join(home, 'plugins/security-index-analysis');
    linkTree(distribution, home);
    mkdirSync(plugin);
    for (const made of [home, plugin]) chmodSync(made, 0o755);
    const tool = (program: string, ...words: string[]) =>
      execFileSync(join(java.home, 'bin', program), words, { stdio: ['ignore', 'ignore', 'pipe'] });
    const libraries = join(distribution, 'lib', '*');
    tool('javac', '--release', '21', '-cp', libraries, '-d', classes, source);
    tool('jar', '--create', '--file', join(plugin, 'plugin.jar'), '-C', classes, '.');
    writeFileSync(join(plugin, 'plugin-descriptor.properties'), descriptor);
    renameSync(home, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

const descriptor = Object.entries({
  description: 'analysis of the index of API keys',
  version: '1',
  name: 'security-index-analysis',
  classname: name,
  'java.version': 21,
  'elasticsearch.version': elasticsearchVersion,
})
  .map(([key, value]) => `${key}=${value}\n`)
  .join('');

/** Folders are made, files are links to the same content on the disk. */
function linkTree(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else linkSync(source, target);
  }
}

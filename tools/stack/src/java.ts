import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { StackError } from './errors.ts';
import { mayRead, type ServerUser } from './server-user.ts';

/** Elasticsearch 9 needs it; Kafka 4.1 would do with 17. */
export const oldestJava = 21;
/** The newest release the pinned servers were made for; a newer one is taken only when nothing else is there. */
const newestProven = 25;

export interface JavaCandidate {
  /** Where it was looked for, for the message: `JAVA_HOME`, `PATH`, a folder. */
  source: string;
  home: string;
}

export interface Java extends JavaCandidate {
  major: number;
}

/** Major release of a version text such as `25.0.3`, `21-ea` or `1.8.0_412`; undefined when it is none. */
export function javaMajor(version: string): number | undefined {
  const match = /^(?:1\.)?(\d+)(?:[.\-+_]|$)/.exec(version.trim().replace(/^"|"$/g, ''));
  return match ? Number(match[1]) : undefined;
}

/**
 * Picks the Java to run with. What was named explicitly (the variables, PATH) wins in its order; among the rest the newest
 * proven release, then the oldest newer one.
 */
export function chooseJava(found: readonly Java[]): Java | undefined {
  const usable = found.filter((java) => java.major >= oldestJava);
  const rank = (java: Java): number =>
    java.major <= newestProven ? newestProven - java.major : 100 + java.major;
  return (
    usable.find((java) => /^(ES_JAVA_HOME|JAVA_HOME|PATH)$/.test(java.source)) ??
    usable.toSorted((a, b) => rank(a) - rank(b))[0]
  );
}

/** Every place where a Java may be installed, without looking whether one is there. */
export function javaCandidates(env: NodeJS.ProcessEnv = process.env): JavaCandidate[] {
  const candidates: JavaCandidate[] = [];
  for (const name of ['ES_JAVA_HOME', 'JAVA_HOME']) {
    const home = env[name];
    if (home) candidates.push({ source: name, home });
  }
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (folder !== '' && existsSync(join(folder, 'java'))) {
      candidates.push({ source: 'PATH', home: dirname(dirname(realpathSync(join(folder, 'java')))) });
    }
  }
  for (const folder of [
    '/usr/lib/jvm',
    join(homedir(), '.sdkman/candidates/java'),
    join(homedir(), '.jdks'),
  ]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) candidates.push({ source: folder, home: join(folder, name) });
  }
  candidates.push(...macCandidates());
  return candidates;
}

function macCandidates(): JavaCandidate[] {
  if (process.platform !== 'darwin') return [];
  try {
    const home = execFileSync('/usr/libexec/java_home', ['-v', `${oldestJava}+`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return home === '' ? [] : [{ source: 'java_home', home }];
  } catch {
    return [];
  }
}

/** Reads the release of an installed Java; undefined when there is none at that place. */
export function probeJava(candidate: JavaCandidate): Java | undefined {
  const binary = join(candidate.home, 'bin/java');
  if (!existsSync(binary)) return undefined;
  const major = releaseFileMajor(candidate.home) ?? runningMajor(binary);
  return major === undefined ? undefined : { ...candidate, major };
}

function releaseFileMajor(home: string): number | undefined {
  try {
    const match = /^JAVA_VERSION="([^"]+)"/m.exec(readFileSync(join(home, 'release'), 'utf8'));
    return match?.[1] === undefined ? undefined : javaMajor(match[1]);
  } catch {
    return undefined;
  }
}

function runningMajor(binary: string): number | undefined {
  const { stderr } = spawnSync(binary, ['-version'], { encoding: 'utf8', timeout: 20_000 });
  const match = /version "([^"]+)"/.exec(stderr ?? '');
  return match?.[1] === undefined ? undefined : javaMajor(match[1]);
}

/**
 * Finds a Java of release 21 or newer that the servers' account may run.
 * @throws StackError JAVA_MISSING, naming what was found and how to get one.
 */
export function findJava(user: ServerUser | undefined, env: NodeJS.ProcessEnv = process.env): Java {
  const homes = new Map<string, Java>();
  const unreadable: Java[] = [];
  for (const candidate of javaCandidates(env)) {
    const java = probeJava(candidate);
    if (java === undefined) continue;
    const home = realpathSync(java.home);
    if (homes.has(home)) continue;
    if (mayRead(join(home, 'bin/java'), user)) homes.set(home, { ...java, home });
    else unreadable.push({ ...java, home });
  }
  const chosen = chooseJava([...homes.values()]);
  if (chosen !== undefined) return chosen;
  throw new StackError('JAVA_MISSING', javaMissing([...homes.values()], unreadable, user));
}

/** The message for a machine without a usable Java. */
export function javaMissing(found: readonly Java[], unreadable: readonly Java[], user?: ServerUser): string {
  const list = (javas: readonly Java[]): string =>
    javas.map((java) => `  Java ${java.major} at ${java.home} (${java.source})`).join('\n');
  return [
    `Kafka and Elasticsearch need Java ${oldestJava} or newer, and none was found.`,
    found.length > 0 ? `Found, but too old:\n${list(found)}` : 'No other Java was found either.',
    ...(unreadable.length > 0
      ? [
          `Found, but the account "${user?.name}" that the servers run as may not read it:\n${list(unreadable)}`,
        ]
      : []),
    'Looked in ES_JAVA_HOME, JAVA_HOME, PATH, /usr/lib/jvm, ~/.sdkman, ~/.jdks and (macOS) java_home.',
    'Install one (Debian/Ubuntu: apt install openjdk-21-jre-headless; macOS: brew install openjdk@21; any: sdk install java),',
    'or set JAVA_HOME to one that exists, or use Docker instead: npm run -s stack -- up --docker',
  ].join('\n');
}

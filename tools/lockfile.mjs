/**
 * Completes package-lock.json: `node tools/lockfile.mjs` writes, `node tools/lockfile.mjs --check` only looks (exit 1 when the
 * file is incomplete). Another file may be named as the last argument.
 *
 * A lockfile written where a registry does not carry the builds of other platforms lacks their entries, although the packages
 * that want them still list them under `optionalDependencies`. `npm ci` then refuses it everywhere ("Missing: X from lock file").
 * This adds those entries with the platform their name states, so that npm skips them where they do not fit. They carry no
 * integrity, because nothing was downloaded that could be hashed. Run it after every `npm install` that changed the lockfile.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const operatingSystems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'wasm32',
  'x64',
];

/**
 * The optional dependencies that a lockfile names without holding an entry for them.
 *
 * @param {{ packages: Record<string, { optionalDependencies?: Record<string, string>, dev?: boolean }> }} lock a version 3 lockfile
 * @returns {{ name: string, version: string, dev: boolean, wantedBy: string }[]}
 */
export function missingEntries({ packages }) {
  const missing = new Map();
  for (const [wantedBy, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (resolved(packages, wantedBy, name)) continue;
      const dev = entry.dev === true && (missing.get(name)?.dev ?? true);
      missing.set(name, { name, version, dev, wantedBy });
    }
  }
  return [...missing.values()];
}

/** Node's lookup: the package's own `node_modules`, then that of each package it is nested in, then the root's. */
function resolved(packages, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0))) {
    if (packages[`${at}${at === '' ? '' : '/'}node_modules/${name}`]) return true;
    if (at === '') return false;
  }
}

/**
 * The platform a package of prebuilt binaries states in its name, in npm's terms.
 *
 * @param {string} name such as `@swc/core-linux-arm-gnueabihf`
 * @returns {{ os: string[], cpu: string[], libc?: string[] } | undefined} undefined when the name states none
 */
export function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = operatingSystems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (!os || !cpu) return undefined;
  const libc = os !== 'linux' ? undefined : words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc';
  return { os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) };
}

/**
 * The lockfile with an entry for each missing optional dependency, in npm's order.
 *
 * @throws {Error} when a missing package states no exact version or no platform, as its entry would then be a guess
 */
export function completed(lock) {
  const packages = { ...lock.packages };
  for (const { name, version, dev, wantedBy } of missingEntries(lock)) {
    const platform = platformOf(name);
    if (!platform || !/^\d+\.\d+\.\d+/.test(version)) {
      throw new Error(
        `${wantedBy} wants ${name}@${version}, which the lockfile lacks and which names no platform. Run npm install.`,
      );
    }
    const { libc, cpu, os } = platform;
    packages[`node_modules/${name}`] = {
      version,
      cpu,
      ...(dev && { dev }),
      ...(libc && { libc }),
      optional: true,
      os,
    };
  }
  const order = Object.keys(packages).sort((a, b) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(order.map((key) => [key, packages[key]])) };
}

function main(args) {
  const check = args.includes('--check');
  const file =
    args.find((arg) => !arg.startsWith('--')) ??
    fileURLToPath(new URL('../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingEntries(lock).map(({ name, version }) => `${name}@${version}`);
  if (missing.length === 0) {
    console.log('package-lock.json holds an entry for every platform.');
    return 0;
  }
  if (check) {
    console.error(
      `package-lock.json lacks ${missing.length} optional packages of other platforms, so npm ci refuses it:`,
    );
    for (const name of missing) console.error(`  ${name}`);
    console.error('Nothing was changed. Run: node tools/lockfile.mjs, and commit package-lock.json.');
    return 1;
  }
  writeFileSync(file, `${JSON.stringify(completed(lock), null, 2)}\n`);
  console.log(`Added ${missing.length} optional packages of other platforms to package-lock.json.`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));

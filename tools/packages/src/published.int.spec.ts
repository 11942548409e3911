import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { pack, type Tarball } from './pack/pack.ts';
import { entriesOf, publicPackages, readJson } from './pack/public-packages.ts';
import { bytesIn, install, run } from './testing/install.ts';
import { problemsOf } from './testing/resolution.ts';

const root = resolve(import.meta.dirname, '../../..');
const packages = publicPackages(root);
const entries = packages.flatMap((one) =>
  entriesOf(one).map(({ subpath }) => one.manifest.name + subpath.slice(1)),
);

let folder: string;
let outside: string;
let trees: string;
let tarballs: readonly Tarball[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'published-'));
  outside = mkdtempSync(join(folder, 'outside-'));
  trees = join(folder, 'trees');
  tarballs = pack({ root, out: join(folder, 'tarballs'), trees });
  const names = packages.map(({ manifest }) => manifest.name);
  install({ folder: outside, tarballs, names });
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true }));

describe('what is published', () => {
  it('is one version of every package', () => {
    expect(packages.length).toBeGreaterThanOrEqual(12);
    expect(new Set(packages.map(({ manifest }) => manifest.version)).size).toBe(1);
    expect(tarballs.map(({ name }) => name).sort()).toEqual(packages.map((one) => one.manifest.name).sort());
  });

  it('is listed in docs/reference/packages.md', () => {
    const page = readFileSync(join(root, 'docs/reference/packages.md'), 'utf8');
    const listed = [...page.matchAll(/^\| `(@reprise\/[^`]+)` /gm)].map(([, name]) => name);
    expect(listed.toSorted()).toEqual(packages.map(({ manifest }) => manifest.name).toSorted());
  });

  it('is what publint and attw find nothing wrong with, for those who import modules', async () => {
    for (const { name, file } of tarballs) {
      const tarball = new Uint8Array(readFileSync(file));
      const { messages } = await publint({ pack: { tarball: tarball.buffer }, strict: true });
      expect({ name, messages }).toEqual({ name, messages: [] });
      const checked = await checkPackage(createPackageFromTarballData(tarball));
      // Resolution without `exports`, of Node 10, and CommonJS before Node could require a module, are served by neither.
      const problems = (checked.types ? checked.problems : [{ kind: 'NoTypes' as const }]).filter(
        (problem) =>
          problem.kind !== 'CJSResolvesToESM' &&
          !('resolutionKind' in problem && problem.resolutionKind === 'node10'),
      );
      expect({ name, problems }).toEqual({ name, problems: [] });
    }
  });

  it('holds no tests, and every file that its maps lead to', () => {
    const installed = globSync('node_modules/@reprise/**/*', { cwd: outside });
    const within = (file: string) => file.replace(/^node_modules\/@reprise\/[^/]+/, '');
    const ofTests = installed.filter((file) => /\.spec\.|\.contract\.|\/testing\//.test(within(file)));
    expect(ofTests).toEqual([]);
    const maps = installed.filter((file) => file.endsWith('.map'));
    expect(maps.length).toBeGreaterThan(100);
    for (const map of maps) {
      const { sources } = JSON.parse(readFileSync(join(outside, map), 'utf8')) as { sources: string[] };
      for (const source of sources)
        expect({ map, there: existsSync(join(outside, dirname(map), source)) }).toEqual({ map, there: true });
    }
  });
});

describe('a project with events in Kafka and read models in Postgres', () => {
  let small: string;
  let installed: readonly string[];

  beforeAll(() => {
    small = mkdtempSync(join(folder, 'small-'));
    installed = install({ folder: small, tarballs, names: ['@reprise/reprise'] });
  });

  it('installs less than 25 MB, without Elasticsearch, Nest or TypeORM', () => {
    const others = /^(@elastic|@nestjs|@reprise\/elasticsearch|fastify|typeorm|rxjs|jest)(\/|$)/;
    expect(installed.filter((name) => others.test(name))).toEqual([]);
    expect(bytesIn(join(small, 'node_modules')) / 1e6).toBeLessThan(25);
  });

  it('is asked for the package that migrates, where it has none', () => {
    const migrate = `import { runReadModelMigrations } from '@reprise/read-model-indices';
      await runReadModelMigrations('postgres://localhost:1/none').catch(({ code, message }) => console.log(code, message));`;
    expect(run(small, process.execPath, ['--input-type=module', '-e', migrate])).toMatch(
      /^CONFIGURATION .*npm install node-pg-migrate/s,
    );
  });
});

it('the contracts of events, documents and projections need a schema validator and nothing else', () => {
  const needed = ['events', 'read-model-documents', 'read-model-projections'].flatMap((name) => {
    const { tree } = tarballs.find((tarball) => tarball.name === `@reprise/${name}`)!;
    const { dependencies } = readJson<{ dependencies: object }>(join(tree, 'package.json'));
    return Object.keys(dependencies).filter((one) => !/^@(reprise|types)\//.test(one));
  });
  expect(needed).toEqual(['ajv']);
});

describe('somebody else’s project', () => {
  const node = (...args: string[]) => run(outside, process.execPath, args);

  it('imports every entry point, and requires it from CommonJS', () => {
    node('--input-type=module', '-e', entries.map((entry) => `await import('${entry}');`).join('\n'));
    node('--input-type=commonjs', '-e', entries.map((entry) => `require('${entry}');`).join('\n'));
  });

  it('reaches nothing that is internal', () => {
    for (const inner of ['dist/event-id.js', 'src/event-id.ts', 'testing'])
      expect(() => node('--input-type=module', '-e', `await import('@reprise/events/${inner}')`)).toThrow(
        'ERR_PACKAGE_PATH_NOT_EXPORTED',
      );
  });

  it.each(['nodenext', 'bundler'] as const)(
    'compiles against every declaration, and every example of a README, with module resolution %s',
    (module) => {
      const everything = entries.map((entry, index) => `export * as e${index} from '${entry}';`).join('\n');
      const files = { ...examplesIn(outside), [join(outside, 'everything.ts')]: everything };
      const ours = (file: string) => /node_modules\/@reprise\//.test(file);
      const options = { experimentalDecorators: true, allowImportingTsExtensions: true };
      // What a reader brings to an example, no package of ours needs.
      const resolveFrom = (name: string, importing: string) =>
        name === 'zod' ? join(root, 'index.ts') : importing;
      expect(problemsOf({ module, files, options, resolveFrom }, ours)).toEqual([]);
    },
    120_000,
  );
});

/** The examples of all READMEs, as files of a project in that folder: each package's are a folder. */
function examplesIn(project: string): Record<string, string> {
  const examples = packages.flatMap(({ folder: place, manifest }) =>
    [...readFileSync(join(root, place, 'README.md'), 'utf8').matchAll(/^```ts\n([^]*?)^```$/gm)].map(
      ([, text], index) => {
        const name = text!.includes('export default defineReprise') ? 'reprise.config' : `example-${index}`;
        return [join(project, manifest.nx.name, `${name}.ts`), text!] as const;
      },
    ),
  );
  return Object.fromEntries(examples);
}

it('is all that the applications use of the packages', () => {
  const sources = globSync(['apps/*/src/**/*.ts', 'reprise.config.ts'], { cwd: root }).filter(
    (file) => !/\.spec\.ts$|\/testing\//.test(file),
  );
  expect(sources.length).toBeGreaterThan(50);
  const treeOf = new Map(tarballs.map(({ name, tree }) => [name, tree]));
  const problems = problemsOf(
    {
      module: 'nodenext',
      files: Object.fromEntries(sources.map((file) => [join(root, file), undefined])),
      options: {
        ...{ skipLibCheck: true, exactOptionalPropertyTypes: false, strictPropertyInitialization: false },
        ...{
          experimentalDecorators: true,
          emitDecoratorMetadata: true,
          rewriteRelativeImportExtensions: true,
        },
      },
      // What is packed in the place of the workspace's packages, and one copy of everything that both need.
      resolveFrom(name, importing) {
        const tree = treeOf.get(name.split('/', 2).join('/'));
        if (tree !== undefined) return join(tree, 'index.ts');
        return importing.startsWith(trees) ? join(root, 'index.ts') : importing;
      },
    },
    () => false,
  );
  expect(problems).toEqual([]);
});

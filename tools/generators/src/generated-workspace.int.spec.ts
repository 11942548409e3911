import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { contextRoles } from './testing/context-roles.ts';
import { copyOfWorkspace, type CopiedWorkspace, type Ran } from './testing/copied-workspace.ts';

jest.setTimeout(600_000);

/** A name that no context has, so that its roles stand in nobody's way. */
const context = `generated_${process.pid}`;
const project = context.replace('_', '-');
const parts = ['events', 'domain', 'read_model'].map((part) => `libs/${project}/${part}`);
const api = `apps/${project}-api`;

let copy: CopiedWorkspace;
const generate = (generator: string, ...args: string[]): Promise<Ran> =>
  copy.run('nx', 'g', `./tools/generators:${generator}`, ...args);
/** What went wrong, if anything did. */
const failed = ({ code, output }: Ran) => (code === 0 ? '' : output);
const textOf = (path: string): string => readFileSync(join(copy.root, path), 'utf8');

beforeAll(async () => {
  copy = copyOfWorkspace();
  const asked = await generate('context', context, '--aggregate', 'parcel');
  expect(failed(asked)).toBe('');
  expect(asked.output).toContain(`The context ${context} is registered`);
  for (const args of [
    ['event', 'labelled', '--context', context],
    ['projection', 'parcel_log', '--context', context, '--storage', 'postgres'],
    ['event', 'name-checked', '--context', 'recruiting', '--aggregate', 'candidate'],
    ['projection', 'brand_index', '--storage', 'elasticsearch'],
  ])
    expect(failed(await copy.run('nx', 'g', `./tools/generators:${args[0]}`, ...args.slice(1)))).toBe('');
});
afterAll(() => copy.remove());

describe('a workspace with a generated context, event and projections', () => {
  it('is formatted', async () => {
    const changed = [
      ...parts,
      api,
      `docs/reference/events/${project}`,
      ...['libs/product', 'libs/recruiting', 'docs/reference/*.md', 'docs/*.md', 'README.md', 'package.json'],
      ...[
        'reprise.config.ts',
        'tools/boundaries/src/constraints.mjs',
        'tools/stack/src',
        'tools/start',
        'apps/*/package.json',
      ],
    ];
    expect(failed(await copy.run('prettier', '--check', '--ignore-unknown', ...changed))).toBe('');
  });

  it('compiles, and breaks no rule of ESLint', async () => {
    const built = [
      ...parts,
      api,
      'apps/migrate',
      'apps/rebuild-job',
      'tools/start',
      'libs/recruiting/read_model',
    ];
    expect(failed(await copy.run('tsc', '--build', ...built, 'tsconfig.reprise.json'))).toBe('');
    const linted = [...parts, api, 'libs/recruiting', 'libs/product', 'libs/read_model/rebuild/src/contexts'];
    expect(failed(await copy.run('nx', 'show', 'projects'))).toBe('');
    expect(failed(await copy.run('eslint', '--no-warn-ignored', ...linted))).toBe('');
  });

  it('passes the tests of the context: pure ones, of its API, and of its read model on real servers', async () => {
    const env = await contextRoles(context);
    const tested = [
      ...(await Promise.all(parts.map((part) => copy.test(part, ['unit.spec'])))),
      await copy.test(api, [`${project}-api.e2e`, 'main.e2e', 'schema.int'], env),
      await copy.test('libs/read_model/rebuild', [`contexts/${project}`]),
    ];
    expect(tested.map(failed).join('')).toBe('');
    for (const spec of ['kept-events', 'labelled-parcel', 'parcel-log'])
      expect(tested.some(({ output }) => output.includes(`${spec}.unit.spec.ts`))).toBe(true);
  });

  it('passes the tests of what was generated into contexts that were there, and those that list contexts', async () => {
    const names = '--testNamePattern=brand_index|name-checked|events written|published schemas';
    const tested = await Promise.all([
      copy.test('libs/product/read_model', ['unit.spec', names]),
      ...['events', 'domain', 'read_model'].map((part) =>
        copy.test(`libs/recruiting/${part}`, ['unit.spec', names, '--passWithNoTests']),
      ),
      copy.test('tools/boundaries', ['project-tags', 'violations', 'links.unit', 'tables.unit']),
      copy.test('tools/stack', ['environment.unit', 'pins.unit']),
      copy.test('apps/migrate', ['plan.unit']),
      copy.test('tools/chart', ['chart-files.unit']),
    ]);
    expect(tested.map(failed).join('')).toBe('');
  });

  it('has its packages in the lockfile, and the page of the architecture as they are', async () => {
    const lock = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, unknown> };
    for (const place of [...parts, api]) expect(lock.packages[place]).toBeDefined();
    expect(textOf('docs/reference/architecture.md')).toContain(`\`${project}-read-model\``);
  });
});

it('ends with 1 and writes nothing where a generator is asked for what cannot be', async () => {
  const config = textOf('reprise.config.ts');
  const libraries = readdirSync(join(copy.root, 'libs'));
  const { code, output } = await generate('context', 'product', '--port', '3004');
  for (const part of ['"product" is taken', 'taken by RECRUITING_API_PORT', 'Nothing was written'])
    expect(output).toContain(part);
  expect(code).toBe(1);
  expect(textOf('reprise.config.ts')).toBe(config);
  expect(readdirSync(join(copy.root, 'libs'))).toEqual(libraries);
});

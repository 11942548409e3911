import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { contexts } from './constraints.mjs';
import { type ImportGraph } from './import-graph.ts';
import { runMain } from './run-main.ts';

const root = join(import.meta.dirname, '../../..');

/** What `nx affected` builds and tests after a change of these files. */
async function affectedBy(files: readonly string[]): Promise<string[]> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = ['show', 'projects', '--affected', `--files=${files.join(',')}`, '--json'];
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [join(root, 'node_modules/nx/dist/bin/nx.js'), ...args],
      { cwd: root, env: { ...env, NX_DAEMON: 'false' } },
      (error, stdout) => (error ? reject(error as Error) : resolve(stdout)),
    );
  });
  return JSON.parse(output) as string[];
}

describe('nx affected', () => {
  let projects: ImportGraph['projects'];

  beforeAll(async () => {
    const { output, errors, code } = await runMain(['graph']);
    if (code !== 0) throw new Error(`The import graph could not be read: ${errors}`);
    ({ projects } = JSON.parse(output) as ImportGraph);
  });

  const of = (context: string): ImportGraph['projects'] =>
    projects.filter(({ tags }) => tags.includes(`context:${context}`));

  it.each(contexts)(
    'builds and tests no other context after a change in %s',
    async (context) => {
      const changed = of(context);
      const affected = await affectedBy(changed.map((project) => `${project.root}/src/index.ts`));
      expect(affected).toEqual(expect.arrayContaining(changed.map(({ name }) => name)));
      for (const other of contexts.filter((one) => one !== context))
        expect(of(other).filter(({ name }) => affected.includes(name))).toEqual([]);
    },
    60_000,
  );

  it('tests what serves all contexts after a change of the file that lists them', async () => {
    const affected = await affectedBy(['reprise.config.ts']);
    expect(affected).toEqual(expect.arrayContaining(['outbox-relay', 'projection-consumer', 'rebuild-job']));
    // They serve any contexts, but their tests run with those of the file.
    const testedWithIt = ['cli', 'packages'];
    const allowed = [...of('all').map(({ name }) => name), ...testedWithIt];
    expect(allowed).toEqual(expect.arrayContaining(affected));
  });

  it('builds and tests every context after a change of what they are built on', async () => {
    const affected = await affectedBy(['libs/write-api/src/index.ts']);
    expect(affected).toEqual(expect.arrayContaining(contexts.map((context) => `${context}-api`)));
  });
});

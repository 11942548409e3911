import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constraints } from './constraints.mjs';
import { findUndeclared } from './declarations.ts';
import { type ImportGraph } from './import-graph.ts';
import { developmentPackages, productionClosure, type LockedPackages } from './production-closure.ts';
import { runMain } from './run-main.ts';
import { findViolations } from './violations.ts';

describe('The workspace', () => {
  let graph: ImportGraph;

  beforeAll(async () => {
    const { output, errors, code } = await runMain(['graph']);
    if (code !== 0) throw new Error(`The import graph could not be read: ${errors}`);
    graph = JSON.parse(output);
  });

  it('is read from the sources, and not from an empty graph', () => {
    const importers = new Set(
      graph.imports.filter(({ target }) => target === 'events').map(({ source }) => source),
    );
    expect(graph.projects.length).toBeGreaterThanOrEqual(19);
    expect([...importers]).toEqual(
      expect.arrayContaining(['outbox', 'read-model-projections', 'product-events']),
    );
  });

  it('breaks no import rule', () => {
    expect(findViolations(graph, constraints)).toEqual([]);
  });

  it('declares what it imports, at the versions the root pins', () => {
    expect(findUndeclared(graph)).toEqual([]);
  });

  it('carries every tag a row judges by, so that no row is idle', () => {
    for (const { id, sourceTag, allSourceTags = [sourceTag] } of constraints) {
      const judged = graph.projects.filter(({ tags }) =>
        allSourceTags.every((tag) => tag && tags.includes(tag)),
      );
      expect({ id, judged: judged.length }).not.toEqual({ id, judged: 0 });
    }
  });

  it('says of every project what it holds', () => {
    expect(graph.projects.filter(({ description }) => description === '').map(({ name }) => name)).toEqual(
      [],
    );
  });

  it('is drawn as it is in docs/reference/architecture.md', async () => {
    const { errors, code } = await runMain(['architecture', '--check']);
    expect({ errors: code === 0 ? '' : errors, code }).toEqual({ errors: '', code: 0 });
  });
});

describe('What the applications ship', () => {
  const lockfile = fileURLToPath(new URL('../../../package-lock.json', import.meta.url));
  const { packages } = JSON.parse(readFileSync(lockfile, 'utf8')) as { packages: LockedPackages };
  const applications = Object.keys(packages).filter((place) => /^apps\/[^/]+$/.test(place));

  it.each(applications)('holds nothing that only development needs: %s', (application) => {
    const closure = productionClosure(packages, application);
    expect([...closure.keys()]).toContain('libs/runtime');
    expect(developmentPackages(packages, closure)).toEqual([]);
  });

  it('is read from a lockfile that says of every project what its package.json says', () => {
    const projects = Object.keys(packages).filter((place) => /^(apps|libs|tools)\//.test(place));
    expect(projects.length).toBeGreaterThanOrEqual(19);
    const declared = (name: 'dependencies' | 'devDependencies', from: LockedPackages[string]) =>
      from[name] ?? {};
    for (const project of projects) {
      const file = fileURLToPath(new URL(`../../../${project}/package.json`, import.meta.url));
      const manifest = JSON.parse(readFileSync(file, 'utf8')) as LockedPackages[string];
      for (const kind of ['dependencies', 'devDependencies'] as const)
        expect({ project, ...declared(kind, packages[project]!) }).toEqual({
          project,
          ...declared(kind, manifest),
        });
    }
  });
});

it('runs what stops in order in the place of npm’s shell, which would keep signals to itself', () => {
  const manifest = fileURLToPath(new URL('../../../package.json', import.meta.url));
  const { scripts } = JSON.parse(readFileSync(manifest, 'utf8')) as { scripts: Record<string, string> };
  const behindShell = Object.entries(scripts).filter(([, command]) => /^node --/.test(command));
  expect(behindShell).toEqual([]);
  expect(scripts['rebuild-job']).toMatch(/^exec node /);
});

it('fails to lint where Nx left no project graph, because every import would pass then', async () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const empty = mkdtempSync(join(tmpdir(), 'no-graph-'));
  const { NODE_OPTIONS: _, ...env } = process.env;
  const output = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [join(root, 'node_modules/eslint/bin/eslint.js'), 'libs/read_model/documents/src/index.ts'],
      { cwd: root, env: { ...env, NX_DAEMON: 'false', NX_WORKSPACE_DATA_DIRECTORY: empty } },
      (_error, stdout) => resolve(stdout),
    );
  });
  rmSync(empty, { recursive: true });
  expect(output).toContain('workspace/project-graph-exists');
});

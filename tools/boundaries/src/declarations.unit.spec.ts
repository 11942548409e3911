import { findUndeclared } from './declarations.ts';
import { type ImportGraph } from './import-graph.ts';

function graph(declared: {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  imports: readonly { target: string; inTest: boolean; file?: string }[];
}): ImportGraph {
  const { dependencies = {}, devDependencies = {}, imports } = declared;
  const project = { root: 'libs/a', tags: [], description: '' };
  return {
    projects: [
      { ...project, name: 'a', packageName: '@reprise/a', dependencies, devDependencies },
      { ...project, name: 'b', packageName: '@reprise/b', dependencies: {}, devDependencies: {} },
    ],
    imports: imports.map((edge) => ({ file: 'libs/a/src/file.ts', ...edge, source: 'a' })),
    pinned: { pg: '8.23.1', jest: '30.5.2' },
  };
}

describe('findUndeclared', () => {
  it('accepts imports that are declared as pinned', () => {
    const dependencies = { '@reprise/b': '*', pg: '8.23.1' };
    const imports = [
      { target: 'b', inTest: false },
      { target: 'npm:pg', inTest: false },
    ];
    expect(findUndeclared(graph({ dependencies, imports }))).toEqual([]);
  });

  it('reports an import that nothing declares, once', () => {
    const edge = { target: 'npm:pg', inTest: false };
    expect(findUndeclared(graph({ imports: [edge, edge] }))).toEqual([
      { source: 'a', packageName: 'pg', problem: 'import without a dependency' },
    ]);
  });

  it('reports a project imported by shipped code and declared for tests only', () => {
    const devDependencies = { '@reprise/b': '*' };
    expect(findUndeclared(graph({ devDependencies, imports: [{ target: 'b', inTest: true }] }))).toEqual([]);
    expect(
      findUndeclared(graph({ devDependencies, imports: [{ target: 'b', inTest: false }] })),
    ).toHaveLength(1);
  });

  it('leaves to pages what is bundled into them, as long as their project declares it', () => {
    const file = 'apps/console/web/src/main.tsx';
    const imports = [{ target: 'npm:pg', inTest: false, file }];
    expect(findUndeclared(graph({ devDependencies: { pg: '8.23.1' }, imports }))).toEqual([]);
    expect(findUndeclared(graph({ imports }))).toHaveLength(1);
  });

  it('leaves to tests what the root declares', () => {
    expect(findUndeclared(graph({ imports: [{ target: 'npm:jest', inTest: true }] }))).toEqual([]);
  });

  it('reports a version other than the root pins, and a package the root does not know', () => {
    const dependencies = { pg: '^8.0.0', left: '1.0.0', '@reprise/b': '0.1.0' };
    expect(findUndeclared(graph({ dependencies, imports: [] })).map(({ problem }) => problem)).toEqual([
      'declared as ^8.0.0, pinned as 8.23.1',
      "declared, but not in the root's package.json",
      'declared as 0.1.0, pinned as *',
    ]);
  });
});

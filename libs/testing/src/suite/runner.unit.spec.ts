import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runnerOf } from './runner.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const textOf = (file: string) => readFileSync(`${root}/${file}`, 'utf8');

describe('the runner of a suite', () => {
  it('is the given one, else the global one', () => {
    const given = { describe: () => undefined, it: () => undefined };
    expect(runnerOf(given)).toEqual(given);
    expect(runnerOf(undefined).it).toBe(it);
  });

  it('is asked for where there is none', () => {
    expect(() => runnerOf({} as never)).toThrow('pass them as last argument: { describe, it }');
  });

  it('is no package that the kit imports', () => {
    const { dependencies } = JSON.parse(textOf('package.json')) as { dependencies: Record<string, string> };
    const shipped = globSync('src/**/*.ts', { cwd: root }).filter(
      (file) => !/\.spec\.ts$|^src\/testing\//.test(file),
    );
    expect(shipped.length).toBeGreaterThan(15);
    const imported = shipped.flatMap((file) =>
      [...textOf(file).matchAll(/from '([^'.][^']*)'/g)].map(([, name]) => name!),
    );
    const foreign = imported.filter((name) => !name.startsWith('node:') && !(name in dependencies));
    expect([foreign, Object.keys(dependencies).filter((name) => !name.startsWith('@reprise/'))]).toEqual([
      [],
      [],
    ]);
  });
});

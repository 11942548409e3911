import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { reportApis } from './report-apis.ts';

const root = resolve(import.meta.dirname, '../../../..');

/** A workspace of one published package with one file of declarations. */
function workspace(declarations: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  const one = join(folder, 'libs/one');
  mkdirSync(join(one, 'dist'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "workspaces": ["libs/*"] }');
  const exports = { '.': { types: './dist/index.d.ts', default: './dist/index.js' } };
  writeFileSync(join(one, 'package.json'), JSON.stringify({ name: '@reprise/one', type: 'module', exports }));
  writeFileSync(join(one, 'dist/index.d.ts'), declarations);
  return folder;
}

describe('the report of a public interface', () => {
  it('changes with what is exported, and with what that names', () => {
    const folder = workspace('interface Inner { a: string }\nexport declare function one(x: Inner): void;\n');
    const file = 'libs/one/one.api.md';
    const check = () => reportApis(folder, { check: true });
    expect(check()).toEqual([{ file, changed: true }]);
    expect(reportApis(folder, { check: false })).toEqual([{ file, changed: true }]);
    const written = readFileSync(join(folder, file), 'utf8');
    expect(check()).toEqual([{ file, changed: false }]);
    for (const declarations of [
      'interface Inner { a: string }\nexport declare function one(x: Inner, y: number): void;\n',
      'interface Inner { a: string; b: number }\nexport declare function one(x: Inner): void;\n',
    ]) {
      writeFileSync(join(folder, 'libs/one/dist/index.d.ts'), declarations);
      expect(check()).toEqual([{ file, changed: true }]);
    }
    expect(readFileSync(join(folder, file), 'utf8')).toBe(written);
    rmSync(folder, { recursive: true });
  });

  it('is there for every package, as it is built', async () => {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const result = await new Promise((done) => {
      const args = [join(root, 'tools/packages/src/main.ts'), 'api', '--check'];
      execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
        done({ stdout, stderr, code: error?.code ?? 0 }),
      );
    });
    expect(result).toEqual({ stdout: '', stderr: '', code: 0 });
  });
});

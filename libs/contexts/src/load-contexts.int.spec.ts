import { ConfigurationError } from '@reprise/runtime';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadContexts } from './load-contexts.ts';

const folder = mkdtempSync(join(tmpdir(), 'contexts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const contract = `{ read() {}, aggregateTypes: ['chat'], versions: 'sequence' }`;
const config = (name: string) =>
  `const events = ${contract};\nexport default { contexts: [{ name: '${name}', events, projections: [] }] };\n`;

function file(path: string, text: string): string {
  const whole = join(folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

async function problemsOf(env: NodeJS.ProcessEnv, cwd?: string): Promise<string[]> {
  const error: unknown = await loadContexts(env, cwd === undefined ? {} : { cwd }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConfigurationError);
  return (error as ConfigurationError).problems;
}

describe('the file that lists the bounded contexts', () => {
  it('is found from a folder upwards, the nearest first', async () => {
    file('outer/reprise.config.mjs', config('outer'));
    const inner = file('outer/inner/reprise.config.mjs', config('inner'));
    mkdirSync(join(folder, 'outer/inner/deeper'), { recursive: true });
    const loaded = await loadContexts({}, { cwd: join(folder, 'outer/inner/deeper') });
    expect(loaded.contexts.map(({ name }) => name)).toEqual(['inner']);
    expect(loaded.module).toBe(pathToFileURL(inner).href);
    expect((await loadContexts({}, { cwd: join(folder, 'outer') })).contexts[0]!.name).toBe('outer');
  });

  it('is the one that REPRISE_CONFIG names, and no other', async () => {
    const named = file('elsewhere/chats.mjs', config('chats'));
    const env = { REPRISE_CONFIG: 'elsewhere/chats.mjs' };
    expect((await loadContexts(env, { cwd: folder })).module).toBe(pathToFileURL(named).href);
    expect(await problemsOf({ REPRISE_CONFIG: 'missing.ts' }, join(folder, 'outer'))).toEqual([
      `REPRISE_CONFIG names ${join(folder, 'outer/missing.ts')}, which does not exist`,
    ]);
  });

  it('is the one that the command line names, whatever the environment says', async () => {
    const named = file('named/tasks.mjs', config('tasks'));
    const env = { REPRISE_CONFIG: file('elsewhere/chats.mjs', config('chats')) };
    expect((await loadContexts(env, { file: named, cwd: folder })).module).toBe(pathToFileURL(named).href);
    const missing = loadContexts(env, { file: join(folder, 'missing.ts') });
    await expect(missing).rejects.toThrow(
      `--config names ${join(folder, 'missing.ts')}, which does not exist`,
    );
  });

  it('is asked for where there is none', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expect(await problemsOf({}, empty)).toEqual([
      expect.stringMatching(/there is no reprise.config.ts in .*empty/),
    ]);
  });

  it('that does not load is refused with the innermost cause', async () => {
    const throwing = file(
      'a/reprise.config.mjs',
      `throw new Error('outer', { cause: new RangeError('too far') });`,
    );
    expect(await problemsOf({}, join(folder, 'a'))).toEqual([
      `${throwing} does not load: RangeError: too far`,
    ]);
    file('b/reprise.config.mjs', `import './missing.mjs';`);
    expect(await problemsOf({}, join(folder, 'b'))).toEqual([
      expect.stringMatching(/does not load: .*missing\.mjs/),
    ]);
  });

  it('that exports nothing of use is refused with its name', async () => {
    const wrong = file('c/reprise.config.mjs', 'export const contexts = [];');
    expect(await problemsOf({}, join(folder, 'c'))).toEqual([
      expect.stringContaining(`${wrong}: it must export`),
    ]);
  });
});

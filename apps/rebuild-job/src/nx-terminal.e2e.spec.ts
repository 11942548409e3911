import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTerminal } from '@reprise/test-kit';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A workspace with the settings of this one and a single target, so that Nx has little to look at. */
function smallWorkspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nx-terminal-'));
  for (const file of ['.env', 'nx.json']) copyFileSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'lines.mjs'), "console.log('one');\nconsole.log('two');\n");
  const target = (command: string) => ({ executor: 'nx:run-commands', cache: false, options: { command } });
  const targets = {
    prepare: target('echo before'),
    lines: { ...target('node lines.mjs'), dependsOn: ['prepare'] },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'small', nx: { targets } }));
  return folder;
}

describe('npx nx run in a terminal', () => {
  let folder: string;

  beforeAll(() => (folder = smallWorkspace()));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('begins every line of a command at the left edge', async () => {
    const own = Object.entries(process.env).filter(
      ([name]) => !/^(NX_|JEST_|NODE_OPTIONS$|TEST_COUNTS_DIR$)/.test(name),
    );
    const env = { ...Object.fromEntries(own), NX_DAEMON: 'false' };
    const run = inTerminal('node_modules/.bin/nx run small:lines', { cwd: folder, env });
    expect({ code: await run.ended, output: run.output() }).toEqual({
      code: 0,
      output: expect.stringContaining('two'),
    });
    expect(run.output().match(/[^\r]\n/g)).toBeNull();
  });
});

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** Runs a file under `node --test`, without what Jest adds to the environment of its workers. */
function nodeTest(file: string): string {
  const { JEST_WORKER_ID: _, NODE_OPTIONS: __, ...env } = process.env;
  const loader = ['--conditions=@reprise/source', '--import', './tools/dev.mjs'];
  const args = [...loader, '--test', '--test-reporter=tap', file];
  return execFileSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
}

describe('the contract of stores under node:test', () => {
  it('is enrolled with its describe and it, and passes', () => {
    const output = nodeTest('tools/examples/src/own-store/node-test.contract.ts');
    expect(output).toContain('ok 1 - a new generation is empty, carries its meta and is listed');
    expect(output).toMatch(/^# pass [34]\d$/m);
    expect(output).toMatch(/^# fail 0$/m);
  });
});

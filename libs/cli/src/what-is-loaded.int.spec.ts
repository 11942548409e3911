import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The packages, this project's own left out, that the command line loads for these words. */
function loadedFor(...words: string[]): readonly string[] {
  const node = ['--conditions=@reprise/source', '--import=./tools/dev.mjs'];
  const recorder = '--import=./libs/cli/src/testing/record-loaded.ts';
  const { status, stderr } = spawnSync(
    process.execPath,
    [...node, recorder, 'libs/cli/src/main.ts', ...words],
    { cwd: root, encoding: 'utf8', env: { PATH: process.env['PATH'] } },
  );
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return (JSON.parse(stderr.trim().split('\n').at(-1)!) as string[]).filter((name) => !/^@swc\//.test(name));
}

const clients = ['@platformatic/kafka', 'kafkajs', 'pg', '@elastic/elasticsearch', 'ajv'];

describe('what is loaded', () => {
  it.each([[['--help']], [['--version']], [['rebuild', '--help']], [['dlq', '--help']]])(
    'for %j is the parser of command lines, and no client of a server',
    (words) => {
      const loaded = loadedFor(...words);
      expect(loaded).toContain('commander');
      expect(loaded.filter((name) => clients.includes(name))).toEqual([]);
    },
  );
});

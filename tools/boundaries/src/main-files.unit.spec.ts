import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** Files that are a process's first: they set its exit code. `tools/boundaries` answers to tests and hooks only. */
const mains = globSync('{apps,libs,tools}/*/src/*.ts', { cwd: root })
  .filter((file) => !file.startsWith('tools/boundaries/') && !/\.spec\.ts$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
  .filter(({ text }) =>
    /^\s*(?:if \(.*\) )?process\.exitCode [?]*=|^\s*await run(?:Service|Process)\(/m.test(text),
  );

describe('the main file of a process', () => {
  it('keeps output that nobody reads from ending it or changing its exit code', () => {
    const outlives =
      /^\s*outliveReaders\(\);|^\s*await run(?:Service|Process)\(|for \(const stream of \[process\.stdout, process\.stderr\]\) stream\.on\('error'/m;
    expect(mains.filter(({ text }) => !outlives.test(text)).map(({ file }) => file)).toEqual([]);
  });

  it('is found by this test', () => {
    expect(mains.map(({ file }) => file)).toEqual(
      expect.arrayContaining([
        'apps/access/src/main.ts',
        'apps/migrate/src/main.ts',
        'apps/outbox-relay/src/main.ts',
        'apps/product-api/src/main.ts',
        'apps/rebuild-job/src/main.ts',
        'apps/recruiting-api/src/main.ts',
        'libs/cli/src/main.ts',
        'libs/cli/src/run-process.ts',
        'tools/bench/src/main.ts',
        'tools/faults/src/main.ts',
        'tools/sample/src/main.ts',
        'tools/sample/src/prepare.ts',
        'tools/stack/src/main.ts',
        'tools/start/src/start.ts',
      ]),
    );
  });
});

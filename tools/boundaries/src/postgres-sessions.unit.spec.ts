import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const sources = globSync('{apps,libs,tools/sample,tools/start}/**/src/**/*.ts', {
  cwd: root,
  exclude: (path) => /(?:^|\/)(?:node_modules|dist|testing)$|\.(?:spec|contract)\.ts$/.test(path),
});
const opens = /new (?:pg\.)?(?:Pool|Client)\(|new DataSource\(/g;
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Files that connect to Postgres, with how often they do and how often they give a session its settings. */
const connecting = sources
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
  .filter(({ file, text }) => /from '(?:pg|typeorm)'/.test(text) && !file.startsWith('libs/test-kit/'))
  .map(({ file, text }) => ({
    file,
    opened: count(text, opens),
    set: count(text, /\b(?:setSession|sessionHook)\(/g),
  }))
  .filter(({ opened }) => opened > 0);

describe('places that connect to Postgres', () => {
  it('give every session they open the settings the project relies on', () => {
    expect(connecting.filter(({ opened, set }) => set < opened)).toEqual([]);
  });

  it('are found by this test', () => {
    expect(connecting.map(({ file }) => file)).toEqual(
      expect.arrayContaining([
        'libs/outbox/src/connection.ts',
        'libs/relay/src/relay/relay.ts',
        'libs/write-api/src/database/write-database.ts',
        'libs/read_model/indices/src/postgres/pool.ts',
      ]),
    );
  });
});

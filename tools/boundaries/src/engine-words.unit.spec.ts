import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { enginePackages, linesWith } from './engine-words.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const engine = enginePackages(root);

/** A field of receipts, named so before the engine served any context. Scripts read it. */
const olderField = 'heldProducts';
const named = (folder: string, files: string) =>
  linesWith(root, folder, files, contexts).filter(({ text }) => !text.includes(olderField));

/**
 * The contexts that the engine could have learned words of. One that is generated may be called by a word of the engine, such as
 * orders; the import rules keep the engine from it.
 */
const contexts = ['product', 'recruiting'];

describe('the engine', () => {
  it('is the packages that belong to no bounded context', () => {
    expect(engine).toEqual(
      expect.arrayContaining([
        ...['libs/cli', 'libs/events', 'libs/outbox', 'libs/http', 'libs/runtime', 'libs/write-api'],
        ...['libs/read_model/documents', 'libs/read_model/projections'],
        ...['libs/read_model/feed', 'libs/read_model/indices'],
        ...['libs/read_model/rebuild', 'libs/read_model/repair', 'libs/read_model/status'],
      ]),
    );
    expect(engine.filter((folder) => /product|recruiting/.test(folder))).toEqual([]);
  });

  it.each(engine)(
    '%s names no bounded context, in what it is made of and in what is built of that',
    (folder) => {
      expect(named(folder, 'src/**/*.ts')).toEqual([]);
      expect(named(folder, 'dist/**/*.js')).toEqual([]);
    },
  );
});

describe('a name of a bounded context', () => {
  const planted = mkdtempSync(join(tmpdir(), 'engine-words-'));
  const write = (file: string, text: string) => {
    mkdirSync(join(planted, 'libs/one', file, '..'), { recursive: true });
    writeFileSync(join(planted, 'libs/one', file), text);
  };

  it('is found in names, texts and comments, and not in tests or in longer words', () => {
    write('src/a.ts', 'const heldProducts = 1;\nNODE_ENV === "production";\n// of a product\n');
    write('src/sql/b.ts', '`SELECT PRODUCT_EVENTS_TOPIC`');
    write('src/contract/c.ts', '');
    write('dist/contract/c.js', 'product');
    write('dist/gone.js', 'product');
    for (const file of [
      'src/a.unit.spec.ts',
      'src/a.contract.ts',
      'src/testing/a.ts',
      'src/generation/contract/a.ts',
    ])
      write(file, 'product');
    const found = linesWith(planted, 'libs/one', 'src/**/*.ts', ['product']);
    expect(found.map(({ file, line }) => `${file}:${line}`).sort()).toEqual([
      'libs/one/src/a.ts:1',
      'libs/one/src/a.ts:3',
      'libs/one/src/sql/b.ts:1',
    ]);
    expect(linesWith(planted, 'libs/one', 'dist/**/*.js', ['product'])).toMatchObject([
      { file: 'libs/one/dist/contract/c.js', text: 'product' },
    ]);
  });
});

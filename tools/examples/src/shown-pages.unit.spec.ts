import { readFileSync } from 'node:fs';

const textOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('the pages of the documentation', () => {
  it.each([
    ['docs/how-to/test-a-projection.md', ['tried/chat-search.ts', 'tried/chat-search.unit.spec.ts']],
    [
      'docs/how-to/own-store.md',
      ['sqlite-store.ts', 'sqlite-rows.ts', 'sqlite-storage.ts', 'sqlite-store.unit.spec.ts'].map(
        (file) => `own-store/${file}`,
      ),
    ],
  ])('show in %s what is compiled and run here', (page, files) => {
    const shown = [...textOf(`../../../${page}`).matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code);
    expect(shown).toEqual(files.map((file) => textOf(`./${file}`)));
  });
});

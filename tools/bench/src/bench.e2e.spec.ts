import { spawnApp } from '@reprise/test-kit';

const bench = (...args: string[]) => spawnApp('tools/bench/src/main.ts', { args });
const small = ['--events', '600', '--products', '60', '--partitions', '3'];

describe('npm run bench', () => {
  it('measures every contender of the rebuild, checks what they built and exits 0 whatever the figures', async () => {
    const app = bench('rebuild', ...small);
    const { code } = await app.exit(180_000);
    expect({ code, errors: code === 0 ? '' : app.output.map(({ text }) => text).join('\n') }).toEqual({
      code: 0,
      errors: '',
    });
    const table = app.stdout();
    for (const contender of ['eachBatch', 'eachMessage', 'reader alone', 'writer alone', '| rebuild '])
      expect(table).toContain(contender);
    expect(table).toContain('gate passed, readers switched, 60 documents in both');
  }, 200_000);

  it('says what is wrong with its arguments and exits 1', async () => {
    const app = bench('rebuild', '--events', '5', '--products', '60');
    expect((await app.exit(30_000)).code).toBe(1);
    expect(app.output.map(({ text }) => text).join('\n')).toContain('--events must be at least --products');
  }, 40_000);
});

import { spawnApp } from '@reprise/test-kit';

const bench = (...args: string[]) => spawnApp('tools/bench/src/main.ts', { args });
/** Logs differ in size and so in name, for benchmarks that run side by side. */
const small = (events: number) => ['--events', String(events), '--products', '60', '--partitions', '3'];

/** Runs a benchmark that has to succeed and gives what it printed. */
async function printed(...args: string[]): Promise<string> {
  const app = bench(...args);
  const { code } = await app.exit(400_000);
  const errors = code === 0 ? '' : app.output.map(({ text }) => text).join('\n');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return app.stdout();
}

describe('npm run bench', () => {
  it.concurrent(
    'measures every contender of the rebuild, checks what they built and exits 0 whatever the figures',
    async () => {
      const table = await printed('rebuild', ...small(600));
      for (const contender of ['eachBatch', 'eachMessage', 'reader alone', 'writer alone', '| rebuild '])
        expect(table).toContain(contender);
      expect(table).toContain('gate passed, readers switched, 60 documents in both');
    },
    420_000,
  );

  it.concurrent.each([
    [
      'memory',
      [...small(601), '--large-events', '602', '--large-products', '60'],
      'all events and documents of both logs',
    ],
    ['shards', small(603), 'equal digests'],
    ['event-store', small(604), '60 rows in both, equal digests'],
    ['relay', small(605), 'every event is in the topic once and in the order of its product'],
    // Enough events for the servers to be warmed up first.
    [
      'live',
      ['--events', '2_000', '--products', '200'],
      'verify is clean for product_search, product_summary, category_summary',
    ],
    ['console', [...small(607), '--rounds', '1', '--looks', '1'], 'each browser was sent what changed'],
    ['verify', small(606), 'nothing differs, 60 documents and 606 events each time'],
    ['api', ['--events', '60', '--products', '6', '--concurrency', '4'], '240 commands answered'],
    ['hostile', ['--rounds', '5', '--concurrency', '2'], 'answers for their status'],
    [
      'latency',
      ['--seconds', '1', '--rate', '20', '--products', '10', '--partitions', '3'],
      'checked 40 writes, sent at',
    ],
  ])(
    'measures %s, beside its baseline and with its proof',
    async (name, args, proof) => {
      const table = await printed(name, ...args);
      expect(table).toMatch(/\| +1\.00x \|$/m);
      expect(table).toContain(proof);
    },
    420_000,
  );

  it.concurrent('says what is wrong with its arguments and exits 1', async () => {
    const app = bench('rebuild', '--events', '5', '--products', '60');
    expect((await app.exit()).code).toBe(1);
    expect(app.output.map(({ text }) => text).join('\n')).toContain('--events must be at least --products');
  });
});

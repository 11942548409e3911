import { produce, productHistory, step } from '@reprise/product-events/testing';
import { freshTopic, produceRaw, spawnApp, type FreshTopic } from '@reprise/test-kit';
import { ownReadModel } from '@reprise/cli/testing';

let topic: FreshTopic;
let env: Record<string, string>;

interface ReceiptOfTest {
  readonly outcome: string;
  readonly digest: string;
  readonly message: string;
  readonly events: { readonly read: number };
}

async function rebuild(...args: string[]): Promise<{ code: number | null; receipt: ReceiptOfTest }> {
  const fixed = ['--projection=product_search', '--no-promote', '--restart', '--memory=1280mb', '--json'];
  const app = spawnApp('apps/rebuild-job/src/main.ts', { args: ['rebuild', ...fixed, ...args], env });
  const { code } = await app.exit(120_000);
  return { code, receipt: JSON.parse(app.stdout()) as ReceiptOfTest };
}

beforeAll(async () => {
  topic = await freshTopic({ partitions: 5 });
  ({ env } = await ownReadModel(topic));
  const lives = Array.from({ length: 200 }, () =>
    productHistory({ events: [step.created(), step.published(), step.stockAdjusted(1)] }),
  );
  await produce(topic, lives.flat());
});

describe('a rebuild by several threads', () => {
  it('G4: gives the digest that one thread gives, for 2 and for 4', async () => {
    const [alone, two, four] = [
      await rebuild(),
      await rebuild('--workers', '2'),
      await rebuild('--workers=4'),
    ];
    expect([alone, two, four].map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(two.receipt).toMatchObject({ outcome: 'built', events: { read: 600 } });
    expect(new Set([alone, two, four].map(({ receipt }) => receipt.digest)).size).toBe(1);
  });

  it('names what a thread could not apply as one thread does', async () => {
    await produceRaw(topic, [{ key: 'x', value: 'this is no JSON', partition: 4 }]);
    const { code, receipt } = await rebuild('--workers', '3');
    expect(code).toBe(2);
    expect(receipt).toMatchObject({ outcome: 'refused', poison: [{ slice: 4, reason: 'not-json' }] });
  });
});

import { productHistory, step, produce } from '@reprise/product-events/testing';
import { producePacked } from '@reprise/test-kit';
import { testReadModel } from '../testing/read-model.ts';
import { verifyReadModel } from '../verify/verify.ts';
import { defaultGateLimits } from '../gate/gate.ts';

const event = (members: object) => JSON.stringify({ specversion: '1.0', ...members });

/** Records that are not events, with keys and values no database stores as they are. */
const poison: readonly { readonly key: Buffer | null; readonly value: string }[] = [
  { key: Buffer.from('000000000000002a', 'hex'), value: 'not json' },
  { key: Buffer.from('x'), value: event({ subject: 'x', type: 'product.\0made.v1' }) },
  { key: Buffer.from('x'), value: '{"specversion":"1.0","type":"t","subject":"x\\ud800y"}' },
  { key: Buffer.from([0xff, 0xfe, 0x00]), value: event({ type: '__proto__' }) },
  { key: Buffer.alloc(5_000, 0), value: event({ type: 'toString', subject: '\0' }) },
  { key: null, value: event({ type: 'product.created.v1', 'a\0\udc00': 1 }) },
];

it('rebuilds over poison whatever bytes it has, when the budget allows it, and names each in the receipt that is stored', async () => {
  const model = await testReadModel({ partitions: 1 });
  await produce(model.topic, productHistory({ id: 'good', events: [step.created(), step.published()] }));
  await producePacked(model.topic, 'none', poison);
  const refused = await model.rebuild();
  expect(refused.receipt).toMatchObject({ outcome: 'refused', events: { read: 8, deadLettered: 6 } });
  expect(refused.receipt.gate).toContainEqual(
    expect.objectContaining({ check: 'poison events', actual: '6', passed: false }),
  );
  const gate = { ...defaultGateLimits, poisonBudget: 6 };
  const { receipt } = await model.rebuild({ gate });
  expect(receipt).toMatchObject({ outcome: 'promoted', events: { deadLettered: 6 } });
  expect(receipt.poison.map(({ aggregateId }) => aggregateId)).toEqual([
    '0x000000000000002a',
    'x',
    'x\uFFFDy',
    '0xfffe00',
    '\uFFFD',
    undefined,
  ]);
  expect(Object.entries(receipt.events.byType)).toEqual([
    ['__proto__', 1],
    ['product.created.v1', 1],
    ['product.published.v1', 1],
    ['product.\uFFFDmade.v1', 1],
    ['t', 1],
    ['toString', 1],
  ]);
  const [{ receipt: stored, outcome } = {}] = await model.registry.listRuns({ limit: 1 });
  expect(outcome).toBe('promoted');
  expect(stored).toEqual(JSON.parse(JSON.stringify(receipt)));
  const settings = { projection: model.projection, deep: false, limit: 20, memoryBytes: 512 << 20 };
  const verified = await verifyReadModel(settings, model.servers, new AbortController().signal);
  expect(verified).toMatchObject({ clean: true, log: { poison: 6 } });
});

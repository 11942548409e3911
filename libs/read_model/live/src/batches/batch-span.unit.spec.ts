import { BatchSpan } from './batch-span.ts';

it('of a batch asks for no event where nothing is traced', async () => {
  const source = { topic: 'events', group: 'feeders', context: 'product' };
  const record = { offset: 0n, key: null, value: null };
  const batch = { partition: 0, from: 0n, next: 1n, records: [record] };
  const events = () => {
    throw new Error('the events were gathered');
  };
  expect(await new BatchSpan(source, batch).decoded(events, () => Promise.resolve(7))).toBe(7);
});

import type { Receipt } from '@reprise/read-model-rebuild';
import { keptReceipt, receiptJson } from './receipt-json.ts';

const letters = { leftOut: { count: 0, first: [] }, resolved: { count: 0, first: [] }, replaced: 0 };
const receipt = (more: object) => ({ runId: 'r', letters: { ...letters, ...more } }) as unknown as Receipt;

describe('a receipt in JSON', () => {
  it('has its fields under their earlier names too', () => {
    expect(receiptJson(receipt({ heldAggregates: 3 }))).toEqual({
      runId: 'r',
      letters: { ...letters, heldAggregates: 3, heldProducts: 3 },
    });
  });

  it('is read as an earlier release kept it', () => {
    expect(keptReceipt(receipt({ heldProducts: 2 }))).toMatchObject({ letters: { heldAggregates: 2 } });
    expect(keptReceipt(receipt({}))).toMatchObject({ letters: { heldAggregates: 0 } });
    expect(keptReceipt(receipt({ heldAggregates: 4 }))).toMatchObject({ letters: { heldAggregates: 4 } });
    const oldest = { runId: 'r' } as unknown as Receipt;
    expect(receiptJson(keptReceipt(oldest))).toEqual(oldest);
  });
});

import type { Receipt } from '@reprise/read-model-rebuild';

/** The receipt for JSON: with the names that its fields had in earlier releases, which scripts may read. */
export function receiptJson(receipt: Receipt): object {
  const letters = receipt.letters as Receipt['letters'] | undefined;
  if (letters === undefined) return receipt;
  return { ...receipt, letters: { ...letters, heldProducts: letters.heldAggregates } };
}

/** A receipt as it was kept, by this release or an earlier one. */
export function keptReceipt(kept: object): Receipt {
  const receipt = kept as Receipt;
  const letters = receipt.letters as (Receipt['letters'] & { readonly heldProducts?: number }) | undefined;
  if (letters === undefined || letters.heldAggregates !== undefined) return receipt;
  return { ...receipt, letters: { ...letters, heldAggregates: letters.heldProducts ?? 0 } };
}

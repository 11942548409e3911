import type { ProductState } from '@reprise/product-domain';
import type { SampleCommand } from './command.ts';
import { sampleDetails } from './product.ts';
import type { Random } from './random.ts';
import { adjustmentReasons, deletionReasons, productKinds } from './vocabulary.ts';

/** Most products are published at once; some end by being deleted; in between stock moves most often, then prices. */
const share = { publishedAtOnce: 0.85, deletedAtLast: 0.08 } as const;

/**
 * What happens to a product next. The answer may be refused or change nothing; then ask again.
 * @param last whether this will be the last event of the product's history
 */
export function nextCommand(random: Random, state: ProductState, last: boolean): SampleCommand {
  if (last && random.chance(share.deletedAtLast)) {
    return { name: 'delete', data: random.chance(0.7) ? { reason: random.pick(deletionReasons) } : {} };
  }
  if (state.status === 'draft' && random.chance(state.version === 1 ? share.publishedAtOnce : 0.4)) {
    return { name: 'publish', data: {} };
  }
  const dice = random.next();
  if (dice < 0.5) return stockAdjustment(random, state);
  if (dice < 0.82) return priceChange(random, state);
  if (dice < 0.94) return { name: 'change-details', data: sampleDetails(random, state.categoryId) };
  if (dice < 0.97)
    return { name: 'change-category', data: { categoryId: random.pick(productKinds).categoryId } };
  return { name: 'unpublish', data: {} };
}

/** A command that always changes an undeleted product: goods arrive. */
export function delivery(random: Random): SampleCommand {
  return { name: 'adjust-stock', data: { delta: random.between(1, 20), reason: 'delivery' } };
}

function stockAdjustment(random: Random, { stock }: ProductState): SampleCommand {
  const sold = stock > 0 && random.chance(0.7);
  const delta = sold ? -random.between(1, Math.min(stock, 12)) : random.between(1, 60);
  if (random.chance(0.3)) return { name: 'adjust-stock', data: { delta } };
  const reason = sold ? 'sold' : random.pick(adjustmentReasons);
  return { name: 'adjust-stock', data: { delta, reason } };
}

/** Up or down by up to a fifth, with the ending of the old price. */
function priceChange(random: Random, { priceMinor, currency }: ProductState): SampleCommand {
  const whole = Math.floor(priceMinor / 100);
  const changed = Math.max(1, Math.round(whole * (0.8 + 0.4 * random.next())));
  return { name: 'change-price', data: { priceMinor: changed * 100 + (priceMinor % 100), currency } };
}

import type { ChangeDetails, CreateProduct } from '@reprise/product-domain';
import type { Random } from './random.ts';
import { brands, colours, currencies, productKinds, type ProductKind, type Words } from './vocabulary.ts';

const centsEndings = [0, 50, 90, 95, 99] as const;

/** A made-up product as a shop would list it. */
export function sampleProduct(random: Random, productId: string): CreateProduct {
  const kind = random.pick(productKinds);
  const brandIndex = random.below(brands.length);
  const branded = random.chance(0.85);
  const brand = brands[brandIndex] ?? brands[0];
  const [colour, quality, noun] = [
    random.pick(colours),
    random.pick(kind.qualities),
    random.pick(kind.nouns),
  ];
  const size = random.pick(kind.sizes);
  return {
    productId,
    title: capitalised(`${quality} ${noun}, ${colour}, ${size}`),
    description: descriptionOf(random, kind, `${quality} ${noun}`, colour),
    ...(branded && { brand }),
    categoryId: kind.categoryId,
    priceMinor: samplePrice(random, kind),
    currency: currencies[brandIndex % currencies.length] ?? 'EUR',
    stock: random.chance(0.08) ? 0 : random.between(1, 400),
    tags: sampleTags(random, kind.tags),
  };
}

/** Other details for a product of this category: a title, a description, a brand or tags. */
export function sampleDetails(random: Random, categoryId: string): ChangeDetails {
  const kind = productKinds.find((candidate) => candidate.categoryId === categoryId) ?? productKinds[0];
  const noun = `${random.pick(kind.qualities)} ${random.pick(kind.nouns)}`;
  const colour = random.pick(colours);
  switch (random.below(4)) {
    case 0:
      return { title: capitalised(`${noun}, ${colour}, ${random.pick(kind.sizes)}`) };
    case 1:
      return { description: descriptionOf(random, kind, noun, colour) };
    case 2:
      return { brand: random.pick(brands) };
    default:
      return { tags: sampleTags(random, kind.tags) };
  }
}

/** Within the usual range of its kind, cheap ones more often than dear ones, with a shop's endings. */
function samplePrice(random: Random, { priceRange: [lowest, highest] }: ProductKind): number {
  const whole = lowest + Math.floor((highest - lowest) * random.next() ** 2);
  return whole * 100 + random.pick(centsEndings);
}

function descriptionOf(random: Random, kind: ProductKind, noun: string, colour: string): string {
  return `${capitalised(noun)} in ${colour}, ${random.pick(kind.uses)}.`;
}

function sampleTags(random: Random, tags: Words): string[] {
  const first = random.below(tags.length);
  return Array.from(
    { length: random.below(tags.length + 1) },
    (_, index) => tags[(first + index) % tags.length] ?? tags[0],
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

import { type ProductEvent, productEvents } from '@reprise/product-events';
import { step } from '@reprise/product-events/testing';
import fc from 'fast-check';
import { inCarelessOrder, lives } from './histories.ts';

/** A record as it lies in a log, with what a projection can make of it: nothing, when it is poison to the codec. */
export interface UnrulyRecord {
  readonly key: string;
  readonly version: number;
  readonly value: string;
  readonly event: ProductEvent | undefined;
}

/** What goes wrong in a product's life, at one of its events where it needs one. */
type Fault = 'none' | 'version missing' | 'unknown type' | 'no event' | 'continues after its end';

const faults = fc.constantFrom<Fault>(
  'none',
  'none',
  'version missing',
  'unknown type',
  'no event',
  'continues after its end',
);

/**
 * Whole lives and broken ones, interleaved, with duplicates and out of order within a window. The broken ones lack a version,
 * have something no codec knows in its place, or continue after a deletion.
 */
export const unrulyLog: fc.Arbitrary<UnrulyRecord[]> = lives
  .chain((products) =>
    fc.tuple(...products.map((life) => fc.tuple(fc.constant(life), faults, fc.nat(1_000)))),
  )
  .map((products) => products.flatMap(([life, fault, at]) => broken(life, fault, at % life.length)))
  .chain((records) => inCarelessOrder(records, ({ version }) => version));

function broken(life: readonly ProductEvent[], fault: Fault, at: number): UnrulyRecord[] {
  const records = life.map((event) => recordOf(event));
  const chosen = life[at]!;
  const poison = (value: string) => ({ ...records[at]!, value, event: undefined });
  switch (fault) {
    case 'none':
      return records;
    case 'version missing':
      return records.toSpliced(at, 1);
    case 'unknown type':
      return records.toSpliced(
        at,
        1,
        poison(productEvents.encode(chosen).replace(chosen.type, 'product.recalled.v1')),
      );
    case 'no event':
      return records.toSpliced(at, 1, poison('{"no":"event"}'));
    case 'continues after its end': {
      const last = life.at(-1)!;
      const end = last.type === 'product.deleted.v1' ? [] : [next(last, step.deleted())];
      return [...records, ...[...end, next(end[0] ?? last, step.stockAdjusted(1))].map(recordOf)];
    }
  }
}

function recordOf(event: ProductEvent): UnrulyRecord {
  return { key: event.subject, version: event.aggregateversion, value: productEvents.encode(event), event };
}

const asStep = (event: ProductEvent, { type, data }: { type: string; data: unknown }) =>
  ({ ...event, type, data }) as ProductEvent;

const next = (event: ProductEvent, of: { type: string; data: unknown }) => ({
  ...asStep(event, of),
  aggregateversion: event.aggregateversion + 1,
});

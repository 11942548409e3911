import { defineEvents, type EventContract } from '@reprise/events';
import { productAggregates, upcasters } from '@reprise/product-events';
import type { Projection } from '@reprise/read-model-projections';
import { projections } from '../registered-projections.ts';

/** The events of the product catalogue as of a log that carries no versions: their positions order them. */
export const productEventsByPosition = defineEvents({
  aggregates: productAggregates,
  upcasters,
  versions: 'position',
}) as unknown as EventContract;

/** The projections of products of that log. */
export const projectionsByPosition: readonly Projection[] = projections.map((projection) => ({
  ...projection,
  events: productEventsByPosition,
}));

import { defineEvents, type EventContract } from '@reprise/events';
import { recruitingAggregates } from '@reprise/recruiting-events';
import type { Projection } from '@reprise/read-model-projections';
import { projections } from '../registered-projections.ts';

/** The events of recruiting as of a log that carries no versions: their positions order them. */
const events = defineEvents({
  aggregates: recruitingAggregates,
  versions: 'position',
}) as unknown as EventContract;

/** The projections of recruiting of that log. */
export const projectionsByPosition: readonly Projection[] = projections.map((projection) => ({
  ...projection,
  events,
}));

import { canaryAggregateType, canaryEventType, canaryId } from '@reprise/events';
import { productEvents } from '../product-contract.ts';
import { productHistory, step } from './product-history.ts';

/** A canary as the log holds it: the first one of its aggregate. */
export function canaryText(turn = 7): string {
  const [event] = productHistory({ events: [step.created()] });
  return JSON.stringify({
    ...(JSON.parse(productEvents.encode(event!)) as object),
    ...{ type: canaryEventType, aggregatetype: canaryAggregateType, subject: canaryId(turn), data: {} },
  });
}

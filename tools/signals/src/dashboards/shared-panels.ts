import { at, type Panel } from './board.ts';

/** Whether events reach the log: asked by somebody on call, and by somebody who looks at the write side. */
export const oldestUnpublished: Panel = {
  title: 'Oldest unpublished event',
  says: 'Age of the oldest committed event that is not in the log. Normal: under a second.',
  unit: 's',
  bad: { from: 60 },
  page: 'alerts/outbox-stands.md',
  queries: [{ expr: `max by (app) (${at('outbox_oldest_unpublished_age_seconds')})`, legend: '{{app}}' }],
};

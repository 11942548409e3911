import { itKeepsItsEvents } from '@reprise/events/testing';
import { recruitingEvents } from './index.ts';

itKeepsItsEvents({
  contract: recruitingEvents,
  golden: new URL('./golden/', import.meta.url),
  published: new URL('../../../../docs/reference/events/recruiting/', import.meta.url),
});

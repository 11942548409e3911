import { readFileSync } from 'node:fs';
import { canaryId, defineEvents, ignored, newEventId } from '@reprise/events';
import { canaryAggregate, takeTurn } from './canary-aggregate.ts';

const kept = new URL('../../../events/src/canary/golden/reprise.canary.v1.jsonl', import.meta.url);
const time = new Date('2026-12-01T05:00:10.000Z');
const eventId = newEventId(time, Buffer.alloc(16, 7));

it('a canary is written as the log has held it since it was released, and every contract reads it', () => {
  const take = takeTurn(canaryId(7), 7, '/reprise/product-api', { eventId, time, correlationId: eventId });
  const decision = take(undefined);
  if (!decision.ok || decision.event === undefined) throw new Error('nothing was written');
  const line = canaryAggregate.encode(decision.event);
  expect(`${line}\n`).toBe(readFileSync(kept, 'utf8'));
  const { read } = defineEvents({ aggregates: { ticket: { 'ticket.opened.v1': { data: ignored } } } });
  expect(read(line)).toEqual({ ok: true, event: decision.event });
});

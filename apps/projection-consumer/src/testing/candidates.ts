import { eventHeaders } from '@reprise/events';
import { recruitingEvents, type RecruitingEvent } from '@reprise/recruiting-events';
import { produceRaw, type FreshTopic } from '@reprise/test-kit';

/** Candidates who have registered, one event each. */
export function registrations(count: number): RecruitingEvent[] {
  return Array.from({ length: count }, (_, at) => {
    const subject = `01a1f84a-95c0-7790-9c1c-${String(at).padStart(12, '0')}`;
    return {
      ...{ specversion: '1.0', id: `01a1f84b-95c0-7790-9c1c-${String(at).padStart(12, '0')}` },
      ...{ source: '/reprise/recruiting-api', type: 'candidate.registered.v1', subject },
      ...{ time: '2026-01-01T00:00:00.000Z', datacontenttype: 'application/json' },
      ...{ aggregatetype: 'candidate', aggregateversion: 1, correlationid: 'test' },
      data: { name: `Ada ${at}`, email: 'ada@example.org', skills: [] },
    };
  });
}

/** Writes events the way the relay does. */
export async function produceRecruiting(
  topic: FreshTopic | string,
  events: readonly RecruitingEvent[],
): Promise<void> {
  await produceRaw(
    topic,
    events.map((event) => ({
      key: event.subject,
      value: recruitingEvents.encode(event),
      headers: eventHeaders(event),
    })),
  );
}

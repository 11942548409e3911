import type { CandidateEvent, LeadEvent, RecruitingEvent } from '@reprise/recruiting-events';
import type { CandidateSummaryDocument } from '../candidate-summary-document.ts';
import type { LeadSummaryDocument } from '../lead-summary-document.ts';

/**
 * Another way to a candidate's row: every field looked up separately in the whole history, in version order without duplicates.
 * Undefined after an erasure.
 */
export function naiveCandidate(events: readonly CandidateEvent[]): CandidateSummaryDocument | undefined {
  if (events.some(({ type }) => type === 'candidate.erased.v1')) return undefined;
  const isMove = ({ type }: CandidateEvent) => /advanced|rejected/.test(type);
  const lastMove = events.findLast(isMove);
  const isRejected = lastMove?.type === 'candidate.rejected.v1';
  return {
    name: composed(last(events, 'name')),
    email: composed(last(events, 'email')),
    source: composed(last(events, 'source') ?? null),
    skills: last<string[]>(events, 'skills').map((skill) => skill.normalize('NFC')),
    stage: last(events, 'stage') ?? 'applied',
    status: isRejected ? 'rejected' : 'active',
    rejectionReason: isRejected ? composed(lastMove.data.reason ?? null) : null,
    registeredAt: events[0]!.time,
    updatedAt: events.at(-1)!.time,
  };
}

/** Another way to a lead's row, like `naiveCandidate`. Undefined after a withdrawal. */
export function naiveLead(events: readonly LeadEvent[]): LeadSummaryDocument | undefined {
  if (events.some(({ type }) => type === 'lead.withdrawn.v1')) return undefined;
  const idsOf = (wanted: 'lead.candidate-proposed.v1' | 'lead.filled.v1') =>
    events.flatMap((event) => (event.type === wanted ? [event.data.candidateId] : []));
  const placed = idsOf('lead.filled.v1');
  const headcount = last<number>(events, 'headcount');
  const closing = events.find((event) => event.type === 'lead.closed.v1');
  return {
    title: composed(last(events, 'title')),
    company: composed(last(events, 'company')),
    location: composed(last(events, 'location') ?? null),
    headcount,
    status: closing ? 'closed' : placed.length < headcount ? 'open' : 'filled',
    proposed: idsOf('lead.candidate-proposed.v1'),
    placed,
    closingReason: composed(closing?.data.reason ?? null),
    openedAt: events[0]!.time,
    updatedAt: events.at(-1)!.time,
  };
}

/** The life of each aggregate of the log, in version order and without duplicates. */
export function livesOf(log: readonly RecruitingEvent[]): {
  readonly candidates: ReadonlyMap<string, CandidateEvent[]>;
  readonly leads: ReadonlyMap<string, LeadEvent[]>;
} {
  const once = [...new Map(log.map((event) => [event.id, event])).values()];
  const ordered = once.sort((a, b) => a.aggregateversion - b.aggregateversion);
  const isOfCandidate = (event: RecruitingEvent) => event.aggregatetype === 'candidate';
  const isOfLead = (event: RecruitingEvent) => event.aggregatetype === 'lead';
  const bySubject = <Event extends RecruitingEvent>(events: readonly Event[]) =>
    Map.groupBy(events, ({ subject }) => subject);
  return {
    candidates: bySubject(ordered.filter(isOfCandidate) as CandidateEvent[]),
    leads: bySubject(ordered.filter(isOfLead) as LeadEvent[]),
  };
}

function last<Value>(events: readonly RecruitingEvent[], field: string): Value {
  const values = events.map(({ data }) => (data as Record<string, unknown>)[field]);
  return values.findLast((value) => value !== undefined) as Value;
}

function composed<Text extends string | null>(text: Text): Text {
  return (text?.normalize('NFC') ?? null) as Text;
}

import { recruitingEvents, type CandidateEvent, type LeadEvent } from '@reprise/recruiting-events';
import {
  openLead,
  registerCandidate,
  type CandidateRefusalReason,
  type CandidateState,
  type LeadRefusalReason,
  type LeadState,
} from '@reprise/recruiting-domain';
import { AggregateStore } from '@reprise/write-api';
import { commandContext, testWriteSide, type TestWriteSide } from '@reprise/write-api/testing';
import { v7 } from 'uuid';
import { candidateAggregate } from '../candidates/candidate-aggregate.ts';
import { leadAggregate } from '../leads/lead-aggregate.ts';
import { recruitingApi } from '../recruiting-api.ts';

export interface RecruitingSide extends TestWriteSide {
  readonly candidates: AggregateStore<CandidateState, CandidateEvent, CandidateRefusalReason>;
  readonly leads: AggregateStore<LeadState, LeadEvent, LeadRefusalReason>;
  /** Registers a candidate through the store and returns its id. */
  register(): Promise<string>;
  /** Opens a lead through the store and returns its id. */
  open(headcount?: number): Promise<string>;
  /** How many rows there are in all. */
  counts(): Promise<Record<'candidates' | 'leads' | 'events' | 'messages' | 'answers', number>>;
}

export const ada = {
  name: 'Ada Nyström',
  email: 'ada@example.org',
  source: 'job board',
  skills: ['TypeScript', 'comma, "quote" and {brace}'],
} as const;

export const backend = {
  title: 'Backend developer',
  company: 'Halden AS',
  location: 'Oslo',
  headcount: 2,
} as const;

/** A fresh migrated write database of recruiting for one test file, and the stores on it. */
export async function recruitingSide(poolSize = 10): Promise<RecruitingSide> {
  const side = await testWriteSide(recruitingApi, poolSize);
  const candidates: RecruitingSide['candidates'] = new AggregateStore(side.database, candidateAggregate);
  const leads: RecruitingSide['leads'] = new AggregateStore(side.database, leadAggregate);
  return {
    ...side,
    candidates,
    leads,
    register: async () => {
      const candidateId = v7();
      const data = { ...ada, candidateId };
      await candidates.create((state) => registerCandidate(state, data, commandContext()), undefined);
      return candidateId;
    },
    open: async (headcount = backend.headcount) => {
      const leadId = v7();
      const data = { ...backend, headcount, leadId };
      await leads.create((state) => openLead(state, data, commandContext()), undefined);
      return leadId;
    },
    counts: () => side.countRows({ candidates: 'candidates', leads: 'leads' }),
  };
}

/** The events of an aggregate as the event store has them. */
export async function eventsOf(side: TestWriteSide, id: string): Promise<(CandidateEvent | LeadEvent)[]> {
  const rows = await side.query<{ text: string }>(
    'SELECT envelope::text AS text FROM event_store WHERE aggregate_id = $1 ORDER BY aggregate_version',
    [id],
  );
  return rows.map(({ text }) => {
    const read = recruitingEvents.read(text);
    if (!read.ok) throw new Error(read.message);
    return read.event;
  });
}

import {
  advanceCandidate,
  changeProfile,
  closeLead,
  eraseCandidate,
  evolveCandidate,
  evolveLead,
  fillLead,
  proposeCandidate,
  type CandidateState,
  type LeadState,
} from '@reprise/recruiting-domain';
import { recruitingEvents, type CandidateEvent, type LeadEvent } from '@reprise/recruiting-events';
import { afterFile } from '@reprise/test-kit';
import { appendHistory } from '@reprise/write-api';
import { commandContext as context } from '@reprise/write-api/testing';
import pg from 'pg';
import { v7 } from 'uuid';
import { candidateAggregate } from './candidates/candidate-aggregate.ts';
import { leadAggregate } from './leads/lead-aggregate.ts';
import { eventsOf, recruitingSide, type RecruitingSide } from './testing/recruiting-side.ts';

let side: RecruitingSide;

beforeAll(async () => {
  side = await recruitingSide();
});

describe('candidates and leads in one write database', () => {
  it('are read as they were written, each with its own type in the one event store and outbox', async () => {
    const [candidateId, leadId] = [await side.register(), await side.open(1)];
    const filled = [
      await side.leads.change(
        leadId,
        [1],
        (state) => proposeCandidate(state, { candidateId }, context()),
        undefined,
      ),
      await side.leads.change(
        leadId,
        'any',
        (state) => fillLead(state, { candidateId }, context()),
        undefined,
      ),
      await side.candidates.change(
        candidateId,
        [1],
        (state) => advanceCandidate(state, { stage: 'hired' }, context()),
        undefined,
      ),
    ];
    expect(filled.map(({ outcome }) => outcome)).toEqual(['written', 'written', 'written']);
    const events = [...(await eventsOf(side, candidateId)), ...(await eventsOf(side, leadId))];
    expect(events.map(({ type }) => type)).toEqual([
      'candidate.registered.v1',
      'candidate.advanced.v1',
      'lead.opened.v1',
      'lead.candidate-proposed.v1',
      'lead.filled.v1',
    ]);
    const candidate = (events.slice(0, 2) as CandidateEvent[]).reduce<CandidateState | undefined>(
      evolveCandidate,
      undefined,
    );
    const lead = (events.slice(2) as LeadEvent[]).reduce<LeadState | undefined>(evolveLead, undefined);
    expect(await side.candidates.find(candidateId)).toEqual(candidate);
    expect(await side.leads.find(leadId)).toEqual(lead);
    const stored = await side.query(
      `SELECT aggregate_type, count(*)::int AS events FROM event_store WHERE aggregate_id = ANY ($1) GROUP BY 1 ORDER BY 1`,
      [[candidateId, leadId]],
    );
    expect(stored).toEqual([
      { aggregate_type: 'candidate', events: 2 },
      { aggregate_type: 'lead', events: 3 },
    ]);
    const [sent] = await side.query<{ same: boolean }>(
      `SELECT bool_and(envelope::text = payload::text) AS same FROM event_store JOIN outbox_events USING (event_id)`,
    );
    expect(sent).toEqual({ same: true });
  });

  it('are not found in each other’s tables', async () => {
    const [candidateId, leadId] = [await side.register(), await side.open()];
    expect(await side.leads.find(candidateId)).toBeUndefined();
    expect(await side.candidates.find(leadId)).toBeUndefined();
  });

  it('share the kept answers: a key belongs to one request', async () => {
    const [candidateId, leadId] = [await side.register(), await side.open()];
    const key = v7();
    const first = await side.candidates.change(
      candidateId,
      'any',
      (state) => changeProfile(state, { name: 'Ada' }, context()),
      { key, hash: 'candidate' },
    );
    expect(first.outcome).toBe('written');
    const before = await side.counts();
    expect(
      await side.leads.change(leadId, 'any', (state) => closeLead(state, {}, context()), {
        key,
        hash: 'lead',
      }),
    ).toEqual({ outcome: 'key-reused' });
    expect(await side.counts()).toEqual(before);
  });

  it('leave no personal data in the row of a candidate who is erased', async () => {
    const candidateId = await side.register();
    await side.candidates.change(
      candidateId,
      [1],
      (state) => eraseCandidate(state, {}, context()),
      undefined,
    );
    const rows = await side.query<{ row: string }>(
      'SELECT c::text AS row FROM candidates AS c WHERE id = $1',
      [candidateId],
    );
    expect(rows[0]?.row).not.toMatch(/Ada|example\.org|job board|TypeScript/);
    expect(
      await side.candidates.change(
        candidateId,
        'any',
        (state) => changeProfile(state, { name: 'Ada' }, context()),
        undefined,
      ),
    ).toMatchObject({ outcome: 'refused', refusal: { reason: 'candidate-erased' } });
  });

  it('of 30 proposals at the same time keep every one, in one order', async () => {
    const leadId = await side.open();
    const ids = Array.from({ length: 30 }, () => v7());
    const results = await Promise.all(
      ids.map((candidateId) =>
        side.leads.change(
          leadId,
          'any',
          (state) => proposeCandidate(state, { candidateId }, context()),
          undefined,
        ),
      ),
    );
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['written']));
    const lead = await side.leads.find(leadId);
    expect(lead).toMatchObject({ version: 31 });
    expect(lead?.proposed.toSorted()).toEqual(ids.toSorted());
    expect((await eventsOf(side, leadId)).map(({ aggregateversion }) => aggregateversion)).toEqual(
      Array.from({ length: 31 }, (_, at) => at + 1),
    );
  });

  it('take histories that have happened, of each type', async () => {
    const client = new pg.Client(side.fresh.url);
    await client.connect();
    afterFile(() => client.end());
    const [candidateId, leadId] = [await side.register(), await side.open()];
    await side.leads.change(
      leadId,
      'any',
      (state) => proposeCandidate(state, { candidateId }, context()),
      undefined,
    );
    const renamed = { candidate: v7(), lead: v7() };
    const moved = <Event extends CandidateEvent | LeadEvent>(event: Event, subject: string): Event => ({
      ...event,
      id: v7(),
      subject,
    });
    const histories = {
      candidate: ((await eventsOf(side, candidateId)) as CandidateEvent[]).map((event) =>
        moved(event, renamed.candidate),
      ),
      lead: ((await eventsOf(side, leadId)) as LeadEvent[]).map((event) => moved(event, renamed.lead)),
    };
    await appendHistory(candidateAggregate, client, histories.candidate);
    await appendHistory(leadAggregate, client, histories.lead.slice(0, 1));
    await appendHistory(leadAggregate, client, histories.lead.slice(1));
    expect(await side.candidates.find(renamed.candidate)).toEqual(
      histories.candidate.reduce<CandidateState | undefined>(evolveCandidate, undefined),
    );
    expect(await side.leads.find(renamed.lead)).toEqual(
      histories.lead.reduce<LeadState | undefined>(evolveLead, undefined),
    );
    expect((await eventsOf(side, renamed.lead)).map(recruitingEvents.encode)).toEqual(
      histories.lead.map(recruitingEvents.encode),
    );
  });
});

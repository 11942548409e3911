import fc from 'fast-check';
import { generationStates } from '@reprise/read-model-indices';
import type { GenerationFacts, ReadModelFacts, ReadersFacts } from './facts.ts';
import { age, bestWayBack, verdictOf } from './verdict.ts';

const limits = { maxLagMs: 30_000 };

function generation(changes: Partial<GenerationFacts> = {}): GenerationFacts {
  return {
    name: 'live',
    uuid: '00000000-0000-4000-8000-000000000001',
    state: 'LIVE',
    ownFingerprint: true,
    stored: true,
    lag: { events: 0n, ms: 0 },
    feeding: { feeders: ['consumer'], unfed: [] },
    proven: true,
    untilTs: null,
    ...changes,
  };
}

function facts(changes: Partial<ReadModelFacts> = {}): ReadModelFacts {
  return {
    projection: 'product_search',
    alias: 'product_search',
    readers: { kind: 'generation', name: 'live' },
    generations: [generation()],
    heldBack: 0,
    writeSide: { unpublished: 0, parked: 0, oldestMs: null },
    logUnreachable: null,
    ...changes,
  };
}

describe('the verdict on a read model', () => {
  it('is OK when readers are on a live generation that is fed and has everything', () => {
    expect(verdictOf(facts(), limits)).toEqual({ kind: 'ok', text: 'OK', next: null });
  });

  it('is OK while the live generation lacks no more than the limit allows', () => {
    const served = generation({ lag: { events: 9n, ms: 29_999 } });
    expect(verdictOf(facts({ generations: [served] }), limits).kind).toBe('ok');
  });

  it('says that the live generation is of another log, and why, and that a rebuild makes one of this', () => {
    const next = { do: 'rebuild', projection: 'product_search' };
    const of = (changes: Partial<GenerationFacts>) =>
      verdictOf(facts({ generations: [generation({ lag: null, ...changes })] }), limits);
    expect(of({})).toMatchObject({ kind: 'wrong-generation', next });
    expect(of({}).text).toContain('EARLIER TOPIC');
    expect(of({ repartitioned: true })).toMatchObject({ kind: 'wrong-generation', next });
    expect(of({ repartitioned: true }).text).toContain('OTHER PARTITIONS');
  });

  it('says how far behind readers are, and that no consumer feeds them', () => {
    const feeding = { feeders: [], unfed: [0, 1] };
    const served = generation({ lag: { events: 1_200n, ms: 40_000 }, feeding });
    expect(verdictOf(facts({ generations: [served] }), limits)).toEqual({
      kind: 'not-fed',
      text: 'BEHIND 1,200 events, 40 s: no consumer feeds it',
      next: { do: 'start', application: 'projection-consumer' },
    });
  });

  it('says that nobody feeds a generation that has everything: the next event would be missing', () => {
    const served = generation({ feeding: { feeders: [], unfed: [0] } });
    expect(verdictOf(facts({ generations: [served] }), limits)).toMatchObject({
      kind: 'complete-unfed',
      text: 'COMPLETE, BUT NOT FED: no consumer feeds it',
    });
  });

  it('names the partitions nobody feeds where others are fed', () => {
    const served = generation({ feeding: { feeders: ['one'], unfed: [2, 5] } });
    expect(verdictOf(facts({ generations: [served] }), limits).text).toContain('partitions 2, 5');
  });

  it('says that the consumer of another release is missing where this one cannot feed it', () => {
    const served = generation({ ownFingerprint: false, feeding: { feeders: [], unfed: [0] } });
    expect(verdictOf(facts({ generations: [served] }), limits).text).toContain('of the release that made it');
  });

  it.each([30_001, null])('is BEHIND when the oldest missing event is %s ms old', (ms) => {
    const served = generation({ lag: { events: 1n, ms } });
    expect(verdictOf(facts({ generations: [served] }), limits).kind).toBe('behind');
  });

  it('sees what was committed and not published', () => {
    const writeSide = { unpublished: 7, parked: 0, oldestMs: 3_600_000 };
    expect(verdictOf(facts({ writeSide }), limits)).toEqual({
      kind: 'unpublished',
      text: 'BEHIND 7 events, 60 min: committed, and not published',
      next: { do: 'start', application: 'outbox-relay' },
    });
  });

  it('counts what is held back by dead letters', () => {
    expect(verdictOf(facts({ heldBack: 3 }), limits)).toEqual({
      kind: 'held-back',
      text: 'OK, BUT 3 aggregates held back by dead letters',
      next: { do: 'list-dead-letters' },
    });
  });

  it('is UNKNOWN when store or log do not answer', () => {
    const readers = { kind: 'unknown', why: 'Elasticsearch is away' } as const;
    expect(verdictOf(facts({ readers }), limits).text).toBe('UNKNOWN: Elasticsearch is away');
    expect(verdictOf(facts({ logUnreachable: 'Kafka is away' }), limits).kind).toBe('unknown');
  });

  it('sends readers of nothing back to the standby, the fastest way', () => {
    const standby = generation({ name: 'before', state: 'STANDBY' });
    const gone = generation({ stored: false });
    expect(verdictOf(facts({ readers: { kind: 'none' }, generations: [gone, standby] }), limits)).toEqual({
      kind: 'no-readers',
      text: 'NO INDEX: "product_search" is on nothing; rollback brings readers back',
      next: { do: 'rollback', projection: 'product_search' },
    });
  });

  it('takes readers off a generation that is retired', () => {
    const retired = generation({ name: 'old', state: 'RETIRED' });
    const readers = { kind: 'generation', name: 'old' } as const;
    expect(verdictOf(facts({ readers, generations: [generation(), retired] }), limits)).toEqual({
      kind: 'wrong-generation',
      text: 'READERS ARE ON A GENERATION THAT IS RETIRED: old',
      next: { do: 'promote', generation: 'live' },
    });
  });

  it('says who has to act where the log refuses committed events', () => {
    const writeSide = { unpublished: 1, parked: 2, oldestMs: 3_600_000 };
    expect(verdictOf(facts({ writeSide }), limits)).toMatchObject({
      text: 'BEHIND 3 events, 60 min: committed, and not published; the log refused 2',
      next: { do: 'release-parked' },
    });
  });

  it('leaves to a person what no command replaces: readers of several, or of a generation that another registry made', () => {
    const ambiguous = facts({ readers: { kind: 'ambiguous', names: ['live', 'before'] } });
    expect(verdictOf(ambiguous, limits)).toMatchObject({
      kind: 'ambiguous',
      next: { do: 'point-readers', readers: ambiguous.alias, projection: ambiguous.projection },
    });
    const strange = { kind: 'generation', name: 'unheard-of' } as const;
    const standby = [generation({ name: 'before', state: 'STANDBY' })];
    expect(verdictOf(facts({ readers: strange, generations: standby }), limits).next).toEqual({
      do: 'rebuild',
      projection: ambiguous.projection,
    });
  });

  it('is OK only if readers are on the LIVE generation, it is fed in whole, and what it lacks is young', () => {
    const lags = fc.record({
      events: fc.bigInt({ min: 0n, max: 50n }),
      ms: fc.option(fc.nat(60_000), { nil: null }),
    });
    const generations = fc.record({
      name: fc.constantFrom('live', 'before', 'other'),
      state: fc.constantFrom(...generationStates),
      stored: fc.option(fc.boolean(), { nil: null }),
      ownFingerprint: fc.boolean(),
      lag: fc.option(lags, { nil: null }),
      feeding: fc.record({
        feeders: fc.subarray(['a', 'b']),
        unfed: fc.subarray([0, 1, 2]),
      }),
    });
    const readers: fc.Arbitrary<ReadersFacts> = fc.oneof(
      fc.constant({ kind: 'none' } as const),
      fc.constantFrom('live', 'before', 'unheard-of').map((name) => ({ kind: 'generation', name }) as const),
      fc.constant({ kind: 'ambiguous', names: ['live', 'before'] } as const),
      fc.constant({ kind: 'unknown', why: 'away' } as const),
    );
    fc.assert(
      fc.property(
        readers,
        fc.uniqueArray(generations, { selector: ({ name }) => name }),
        fc.option(fc.nat(3), { nil: null }),
        fc.option(
          fc.record({
            unpublished: fc.nat(9),
            parked: fc.nat(1),
            oldestMs: fc.option(fc.nat(60_000), { nil: null }),
          }),
          {
            nil: null,
          },
        ),
        (on, listed, heldBack, writeSide) => {
          const all = listed.map((one) => generation(one));
          const verdict = verdictOf(facts({ readers: on, generations: all, heldBack, writeSide }), limits);
          const served = on.kind === 'generation' ? all.find(({ name }) => name === on.name) : undefined;
          const isServed =
            served?.state === 'LIVE' &&
            served.lag !== null &&
            served.feeding.feeders.length > 0 &&
            served.feeding.unfed.length === 0 &&
            (served.lag.events === 0n || (served.lag.ms ?? Infinity) <= limits.maxLagMs) &&
            (writeSide?.oldestMs ?? 0) <= limits.maxLagMs &&
            (heldBack ?? 0) === 0;
          expect(verdict.kind === 'ok').toBe(isServed);
          expect(verdict.next === null).toBe(isServed);
          expect(verdict.text).not.toContain('\n');
        },
      ),
    );
  });
});

describe('the best way back', () => {
  it('never leads to a generation whose storage is gone, that readers are on, or that is as of a moment', () => {
    const gone = generation({ name: 'a', state: 'STANDBY', stored: false });
    const unsure = generation({ name: 'b', state: 'STANDBY', stored: null });
    const served = generation({ name: 'c', state: 'LIVE' });
    const ofMoment = generation({ name: 'd', state: 'VERIFIED', untilTs: '2026-11-21T03:00:00.000Z' });
    const unproven = generation({ name: 'e', state: 'VERIFIED', proven: false });
    expect(bestWayBack([gone, unsure, served, ofMoment, unproven], 'c', 'p')).toEqual({
      do: 'rebuild',
      projection: 'p',
    });
  });
});

describe('an age', () => {
  it.each([
    [0, '0 s'],
    [119_400, '119 s'],
    [120_000, '2 min'],
    [2 * 3_600_000, '2 h'],
    [2 * 86_400_000, '2 d'],
  ])('of %d ms reads %s', (ms, text) => {
    expect(age(ms)).toBe(text);
  });
});

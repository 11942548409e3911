import type { Run } from '@reprise/read-model-indices';
import type { GenerationStatus, ReadModelStatus, RunStatus } from '@reprise/read-model-status';
import { levelsOf, type LevelFacts } from './levels-of.ts';

const now = new Date('2026-11-30T12:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - 1_000 * seconds);

const generation = (changes: Partial<GenerationStatus>) =>
  ({
    name: 'live',
    state: 'LIVE',
    since: ago(7_200),
    lag: 0,
    lagSeconds: 0,
    unfed: [],
    ...changes,
  }) as GenerationStatus;
const run = (changes: Partial<RunStatus>) =>
  ({ runId: 'r', outcome: 'promoted', startedAt: ago(120), endedAt: ago(60), ...changes }) as RunStatus;

function facts(status: Partial<ReadModelStatus> = {}, more: Partial<LevelFacts> = {}): LevelFacts {
  return {
    context: 'shop',
    status: {
      projection: 'orders',
      verdict: { kind: 'ok', text: 'OK', next: null },
      readers: { alias: 'orders', on: ['live'], caveats: [], unreachable: null },
      generations: [generation({})],
      heldBack: 0,
      letters: { open: 0, more: false },
      running: null,
      lastRuns: [],
      ...status,
    } as unknown as ReadModelStatus,
    ...{
      readable: true,
      interrupted: undefined,
      oldestHeldBackSeconds: 0,
      verification: undefined,
      now,
      canaries: [],
    },
    ...more,
  };
}

/** Values of one level, by the labels beside context and projection. */
function valuesOf(name: string, of: LevelFacts): Record<string, number> {
  const own = levelsOf(of).filter((level) => level.name === name);
  return Object.fromEntries(
    own.map(({ labels: { context: _, projection: __, ...labels }, value }) => [
      Object.values(labels).join(' '),
      value,
    ]),
  );
}
const only = (name: string, of: LevelFacts) => valuesOf(name, of)[''];

describe('the service levels of a read model', () => {
  it('are of its context and projection, each', () => {
    for (const { labels } of levelsOf(facts()))
      expect(labels).toMatchObject({ context: 'shop', projection: 'orders' });
  });

  it('call it available while readers are on the live generation and it answers, and only then', () => {
    const readers = (on: string[]) => ({ readers: { ...facts().status.readers, on } });
    expect(only('read_model_available', facts())).toBe(1);
    expect(only('read_model_available', facts({}, { readable: false }))).toBe(0);
    for (const on of [[], ['live', 'other'], ['other']])
      expect(only('read_model_available', facts(readers(on)))).toBe(0);
  });

  it('show one verdict of all there are', () => {
    const verdict = { kind: 'behind', text: 'BEHIND', next: null } as const;
    const shown = valuesOf('read_model_verdict', facts({ verdict }));
    expect(Object.keys(shown)).toHaveLength(10);
    expect(Object.entries(shown).filter(([, value]) => value === 1)).toEqual([['behind', 1]]);
  });

  it('say how far each generation that follows the log is behind, the way back included, and nothing of others', () => {
    const generations = [
      generation({}),
      generation({ name: 'back', state: 'STANDBY', lag: 12, lagSeconds: 90, unfed: [0, 2] }),
      generation({ name: 'retired', state: 'RETIRED', lag: null, lagSeconds: null }),
      generation({ name: 'unknown', state: 'VERIFIED', lag: null, lagSeconds: null }),
    ];
    const all = facts({ generations });
    expect(valuesOf('read_model_lag_events', all)).toEqual({ 'live LIVE': 0, 'back STANDBY': 12 });
    expect(valuesOf('read_model_lag_seconds', all)).toEqual({ 'live LIVE': 0, 'back STANDBY': 90 });
    expect(valuesOf('read_model_unfed_partitions', all)).toMatchObject({ 'back STANDBY': 2, 'live LIVE': 0 });
  });

  it('measure a running rebuild from what moved last, with its step and what it stands still for', () => {
    const running = (progress: object, lost = false) =>
      facts({ running: { savedAt: ago(2), startedAt: ago(50), lost, progress } as never });
    const stall = { forMs: 40_000, cause: 'Kafka at 10.0.0.1:9092 refuses connections' };
    const still = running({ step: 'build', stillMs: 40_000, stall });
    expect(valuesOf('run_progress_age_seconds', still)).toEqual({ build: 42 });
    expect(valuesOf('run_stalled', still)).toMatchObject({ kafka: 1, elasticsearch: 0, other: 0 });
    const moving = running({ step: 'build', stillMs: 0, stall: null });
    expect(valuesOf('run_progress_age_seconds', moving)).toEqual({ build: 2 });
    expect(Object.values(valuesOf('run_stalled', moving))).not.toContain(1);
    // Words of another release, or of a server, become no value of a label.
    const strange = running({ step: 'dance', stillMs: 0, stall: { cause: 'the moon' } });
    expect(valuesOf('run_progress_age_seconds', strange)).toEqual({ other: 2 });
    expect(valuesOf('run_stalled', strange)).toMatchObject({ other: 1 });
    expect(valuesOf('run_progress_age_seconds', facts())).toEqual({});
    expect(only('run_lost', running({}, true))).toBe(1);
    expect(valuesOf('run_progress_age_seconds', running({ step: 'build' }, true))).toEqual({});
  });

  it('say since when a run waits to be resumed: not while it runs, and not when there is none', () => {
    const interrupted = (state: Run['state']) =>
      ({
        state,
        startedAt: ago(500),
        savedAt: ago(400),
        endedAt: state === 'RUNNING' ? null : ago(300),
      }) as Run;
    const age = 'run_interrupted_age_seconds';
    expect(only(age, facts())).toBeUndefined();
    expect(only(age, facts({}, { interrupted: interrupted('INTERRUPTED') }))).toBe(300);
    const running = (lost: boolean) => ({ running: { savedAt: ago(1), startedAt: ago(9), lost } as never });
    expect(only(age, facts(running(false), { interrupted: interrupted('RUNNING') }))).toBeUndefined();
    expect(only(age, facts(running(true), { interrupted: interrupted('RUNNING') }))).toBe(400);
  });

  it('call a gate refused until readers moved, or a later rebuild was not refused', () => {
    const refused = run({ outcome: 'refused', endedAt: ago(600) });
    expect(only('gate_refused', facts({ lastRuns: [refused] }))).toBe(1);
    expect(only('gate_refused', facts({ lastRuns: [run({ outcome: 'replayed' }), refused] }))).toBe(1);
    expect(only('gate_refused', facts({ lastRuns: [run({ outcome: 'built' }), refused] }))).toBe(0);
    const moved = { lastRuns: [refused], generations: [generation({ since: ago(30) })] };
    expect(only('gate_refused', facts(moved))).toBe(0);
  });

  it('say how old the newest canary is that a search finds, by partition', () => {
    const canaries = [1, 4].map((partition) => ({
      partition,
      offset: 9n,
      sentAt: ago(12 * partition).toISOString(),
    }));
    expect(valuesOf('canary_age_seconds', facts({}, { canaries }))).toEqual({ 1: 12, 4: 48 });
    expect(valuesOf('canary_age_seconds', facts())).toEqual({});
  });

  it('say what the last verify found, and how long ago', () => {
    const found = {
      projection: 'orders',
      generation: 'live',
      outcome: 'drift',
      differing: 3,
      proof: null,
      verifiedAt: ago(60),
    };
    const verified = facts({}, { verification: found });
    expect([only('verify_differing_documents', verified), only('verify_age_seconds', verified)]).toEqual([
      3, 60,
    ]);
    expect(only('verify_age_seconds', facts())).toBeUndefined();
  });

  it('leave out what nobody could be asked', () => {
    const unknown = facts({ letters: null, heldBack: null }, { oldestHeldBackSeconds: undefined });
    const names = levelsOf(unknown).map(({ name }) => name);
    for (const name of ['dead_letters_open', 'aggregates_held_back', 'dead_letters_oldest_seconds'])
      expect(names).not.toContain(name);
  });
});

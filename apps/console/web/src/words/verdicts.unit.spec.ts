import type { ReadModelCard } from '../../../src/contract/index.ts';
import { freshnessWords, servingWord, summary, troubles } from './verdicts.ts';

const unknown = { known: false, why: 'the store does not answer' } as const;

function card(more: Partial<ReadModelCard> = {}): ReadModelCard {
  return {
    projection: 'product_search',
    serving: { state: 'serving', verdict: 'ok', sentence: 'ok' },
    stalled: null,
    deadLetters: { known: true, value: { open: 0, atLeast: false } },
    repairs: { known: true, value: { open: 0, failed: 0, oldestOpenSeconds: null } },
    recommendation: null,
    ...more,
  } as ReadModelCard;
}

const serving = (
  state: 'serving' | 'not-serving' | 'unknown',
  verdict: ReadModelCard['serving']['verdict'],
) => ({ ...card().serving, state, verdict, sentence: 'why' }) as ReadModelCard['serving'];

describe('what readers get, in a word', () => {
  it('never turns what is unknown into something good', () => {
    expect(servingWord({ state: 'unknown', verdict: 'unknown' })).toEqual({
      tone: 'unknown',
      word: 'unknown',
    });
    expect(servingWord({ state: 'serving', verdict: 'unknown' }).tone).toBe('unknown');
    expect(servingWord({ state: 'not-serving', verdict: 'no-readers' }).tone).toBe('bad');
    expect(servingWord({ state: 'serving', verdict: 'held-back' })).toEqual({
      tone: 'warn',
      word: 'serving, held back',
    });
    expect(servingWord({ state: 'serving', verdict: 'ok' })).toEqual({ tone: 'ok', word: 'serving' });
  });

  it('is as bad as the worst read model', () => {
    expect(summary([], []).tone).toBe('unknown');
    expect(summary([card(), card({ serving: serving('not-serving', 'no-readers') })], [])).toEqual({
      tone: 'bad',
      words: '1 of 2 read models is served',
    });
    expect(summary([card({ serving: serving('unknown', 'unknown') })], [])).toEqual({
      ...{ tone: 'unknown', words: '0 of 1 read model are served, 1 unknown' },
    });
    expect(summary([card(), card()], [])).toEqual({ tone: 'ok', words: '2 of 2 read models are served' });
    expect(summary([card()], [{ name: 'Kafka', fault: 'refused' }])).toEqual({
      tone: 'warn',
      words: '1 of 1 read model is served; Kafka cannot be used',
    });
    expect(summary([card({ stalled: 'nobody feeds it' })], []).tone).toBe('warn');
  });
});

describe('what needs somebody’s eyes', () => {
  it('is nothing where all is well or only unknown beside the verdict', () => {
    expect(troubles(card())).toEqual([]);
    expect(troubles(card({ deadLetters: unknown, repairs: unknown }))).toEqual([]);
  });

  it('is named: verdict, standstill, dead letters, failed repairs', () => {
    const all = card({
      serving: serving('serving', 'behind'),
      stalled: 'nobody feeds it',
      deadLetters: { known: true, value: { open: 2_000, atLeast: true } },
      repairs: { known: true, value: { open: 3, failed: 1, oldestOpenSeconds: 4 } },
    });
    expect(troubles(all)).toEqual([
      'why',
      'nobody feeds it',
      'at least 2,000 open dead letters',
      '1 failed repair',
    ]);
  });
});

describe('freshness', () => {
  it('is seconds and events, and says when nothing is missing', () => {
    expect(freshnessWords({ seconds: 200, events: 1_234 })).toBe('3 min 20 s behind (1,234 events)');
    expect(freshnessWords({ seconds: 0, events: 0 })).toBe('0 s behind: every event of the log was read');
  });
});

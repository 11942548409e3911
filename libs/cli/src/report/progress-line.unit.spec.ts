import fc from 'fast-check';
import type { ProgressReport } from '@reprise/read-model-rebuild';
import { cutToWidth, describeProgress, progressReporter } from './progress-line.ts';

const report: ProgressReport = {
  step: 'build',
  percent: 40,
  eventsInLog: 1_000,
  eventsRead: 400,
  eventsPerSecond: 100,
  secondsLeft: 6,
  documentsWritten: 12,
  rssBytes: 90 << 20,
  slices: [],
  stall: null,
} as unknown as ProgressReport;

describe('the live line', () => {
  it('stays in one row of any terminal, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 60 }), (line, columns) => {
        const cut = cutToWidth(line, columns);
        const width = [...cut].reduce((sum, one) => sum + (one.codePointAt(0)! > 0x2ff ? 2 : 1), 0);
        expect(width).toBeLessThanOrEqual(columns - 1);
      }),
    );
  });

  it('is whole where there is room, and marked where it was cut', () => {
    expect(cutToWidth('0123456789', 11)).toBe('0123456789');
    expect(cutToWidth('0123456789', 10)).toBe('01234567>');
    expect(cutToWidth('0123456789', undefined)).toBe('0123456789');
  });

  /** What a terminal of a changing width receives; clearing the line is written as `<`. */
  function terminal(columns: number) {
    const listeners = new Set<() => void>();
    const written: string[] = [];
    return {
      written,
      width: columns,
      listeners,
      stderr: (text: string) => void written.push(text),
      clearLine: () => void written.push('<'),
      columns(): number {
        return this.width;
      },
      onResize: (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  }
  const live = (columns: number) => {
    const screen = terminal(columns);
    const reporter = progressReporter('product_search', { ...screen, columns: () => screen.width }, 'live');
    return { screen, reporter };
  };

  it('is drawn again at once when the terminal gets another width, and no longer once it is finished', () => {
    const { screen, reporter } = live(200);
    reporter.show(report);
    expect(screen.written.at(-1)).toContain('12 documents written, 90 MB');
    screen.width = 30;
    for (const resized of screen.listeners) resized();
    expect(screen.written.slice(-2)).toEqual(['<', 'product_search: build 40% of>']);
    reporter.finish();
    expect(screen.written.at(-1)).toBe('\n');
    expect(screen.listeners.size).toBe(0);
  });

  it('makes room for a notice and stands below it', () => {
    const { screen, reporter } = live(30);
    reporter.notice('first');
    reporter.show(report);
    reporter.notice('nothing has moved for 5 s: 429');
    const line = 'product_search: build 40% of>';
    expect(screen.written).toEqual([
      'product_search: first\n',
      ...['<', line],
      ...['<', 'product_search: nothing has moved for 5 s: 429\n', '<', line],
    ]);
  });
});

describe('a report in words', () => {
  it.each(['preflight', 'gate', 'promote'])('names the step %s alone', (step) => {
    expect(describeProgress('product_search', { ...report, step })).toBe(`product_search: ${step}`);
  });

  it('says for how long a build stands still, and leaves the cause to its own line', () => {
    const stall = { forMs: 61_000, cause: 'writing to it: 429' };
    const text = describeProgress('product_search', { ...report, stall });
    expect(text).toContain('40% of 1000 events, stands still for 61 s, ');
    expect(text).not.toContain('429');
  });
});

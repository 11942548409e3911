import fc from 'fast-check';
import type { ProgressReport } from '@reprise/read-model-rebuild';
import { cutToWidth, progressReporter } from './progress-line.ts';

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

  it('follows the width the terminal has when it is written', () => {
    const written: string[] = [];
    let columns = 200;
    const stderr = (text: string) => void written.push(text);
    const terminal = { stderr, clearLine: () => undefined, columns: () => columns };
    const reporter = progressReporter('product_search', terminal, 'live');
    reporter.show(report);
    columns = 30;
    reporter.show(report);
    expect(written[0]).toContain('12 documents written, 90 MB');
    expect(written[1]).toBe('product_search: build 40% of>');
  });
});

import { judgeAims } from './aims.ts';
import { contenderTable, secondsFor, type Row } from './table.ts';

const measurement = { seconds: 20, events: 1_000_000, documents: 100_000 };
const row = (title: string, changes: Partial<Row['measurement']> = {}): Row => ({
  title,
  measurement: { ...measurement, ...changes },
  peakBytes: 300 << 20,
});

describe('the table of contenders', () => {
  it('gives rates of what was measured and times as multiples of the reference', () => {
    const [, , line] = contenderTable([row('rebuild', { seconds: 40 })], { events: 1_000_000 }, 20).split(
      '\n',
    );
    expect(line!.split('|').map((cell) => cell.trim())).toEqual([
      '',
      'rebuild',
      '40.0',
      '25,000',
      '2,500',
      '300',
      '2.00x',
      '',
    ]);
  });

  it('marks a contender that was measured on a part only, and extrapolates it', () => {
    const part = row('slow', { seconds: 10, events: 5_000, documents: 400 });
    const table = contenderTable([part], { events: 1_000_000 }, 20);
    expect(table).toContain('| slow, first 5,000 |');
    expect(table).toMatch(/\| +~2,000 \| +500 \| +40 \| +300 \| +100x \|$/);
  });

  it('extrapolates neither a whole run nor one that reads no events', () => {
    expect(secondsFor(1_000_000, measurement)).toBe(20);
    expect(secondsFor(1_000_000, { ...measurement, events: 0 })).toBe(20);
  });
});

describe('the aims of the rebuild', () => {
  const judge = (rebuildSeconds: number, peakBytes: number) =>
    judgeAims(
      {
        handWritten: { ...measurement, seconds: 100 },
        perMessage: { seconds: 10, events: 5_000, documents: 400 },
        reader: { ...measurement, seconds: 14 },
        writer: { ...measurement, seconds: 10, events: 0 },
        rebuild: { ...measurement, seconds: rebuildSeconds },
        rebuildPeakBytes: peakBytes,
      },
      1_000_000,
    );

  it('are judged against both hand-written rebuilds, the slower of reader and writer, and the memory', () => {
    const aims = judge(20, 300 << 20);
    expect(aims.map(({ met }) => met)).toEqual([true, true, true, true]);
    expect(aims[0]!.text).toContain('5.00x as fast');
    expect(aims[1]!.text).toContain('100x as fast');
    expect(aims[2]!.text).toContain('1.43x the time of the reader alone');
  });

  it('are missed by a rebuild that is too slow or too large', () => {
    expect(judge(21.1, 512 << 20).map(({ met }) => met)).toEqual([false, false, false, false]);
  });
});

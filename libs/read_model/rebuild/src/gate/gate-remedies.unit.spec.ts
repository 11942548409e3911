import fc from 'fast-check';
import { afterRefusal } from './gate-remedies.ts';
import { noShrink, notEmpty, type GateCheck } from './gate.ts';

const failing = (check: string, actual = '1'): GateCheck => ({ check, expected: '0', actual, passed: false });
const after = (...gate: GateCheck[]) => afterRefusal({ projection: 'p', generation: 'g', gate });
const counts = (documents: number) => ({ documents, tombstones: 0 });

describe('what to type after a refusal', () => {
  it('is the promotion with the very limits that would pass', () => {
    expect(after(failing('poison events', '2'))).toBe(
      'See the events that could not be read: ./reprise dlq list --state open. ' +
        'To let readers have it as it is: ./reprise promote --generation g --poison-budget 2',
    );
    const empty = [notEmpty(counts(0)), noShrink(counts(8), counts(0), 0.1)];
    expect(after(...empty)).toContain('promote --generation g --max-shrink 1 --allow-empty');
  });

  it('shows the letter where only one is to blame', () => {
    const gate = [failing('poison events', '1')];
    expect(afterRefusal({ projection: 'p', generation: 'g', gate, onlyLetter: 'product.events:3:42' })).toBe(
      'See the event that could not be read: ./reprise dlq show product.events:3:42. ' +
        'To let readers have it as it is: ./reprise promote --generation g --poison-budget 1',
    );
  });

  it('names a share with which the gate passes, whatever the numbers are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 0, max: 0.89, noNaN: true }),
        (before, kept) => {
          const left = counts(Math.floor(before * kept));
          const refused = noShrink(counts(before), left, 0.1);
          fc.pre(!refused.passed);
          const share = Number(/--max-shrink (\S+)$/.exec(after(refused))![1]);
          expect(noShrink(counts(before), left, share).passed).toBe(true);
        },
      ),
    );
  });

  it('is another rebuild where limits are not what refused it', () => {
    expect(after(failing('content digest'), failing('poison events'))).toMatch(
      /: \.\/reprise rebuild --projection p$/,
    );
    expect(after(failing('aggregates with missing events'))).toMatch(
      /rebuild --projection p --source event-store$/,
    );
    expect(after()).toBe('');
  });
});

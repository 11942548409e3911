import fc from 'fast-check';
import { pauseAfter } from './pause.ts';

const pace = { everyMs: 3_000, cpuPercent: 4 };

describe('the pause after a look', () => {
  it('is that of the settings while looks are cheap, and ten times as long while nobody follows', () => {
    expect(pauseAfter(40, pace, true)).toBe(3_000);
    expect(pauseAfter(40, pace, false)).toBe(30_000);
  });

  it('lets looks take no more of a processor than they may, whatever one takes, and is never shorter than asked', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 60_000, noNaN: true }),
        fc.integer({ min: 250, max: 60_000 }),
        fc.integer({ min: 1, max: 100 }),
        fc.boolean(),
        (cpuMs, everyMs, cpuPercent, isWatched) => {
          const pause = pauseAfter(cpuMs, { everyMs, cpuPercent }, isWatched);
          expect(pause).toBeGreaterThanOrEqual(everyMs);
          expect((100 * cpuMs) / (cpuMs + pause)).toBeLessThanOrEqual(cpuPercent + 1e-9);
        },
      ),
    );
  });
});

import fc from 'fast-check';
import { BulkLimits } from './bulk-limits.ts';

const options = { maxBytes: 4 * 1024 * 1024, maxInFlight: 4, firstDelayMs: 100, maxDelayMs: 10_000 };

function limitsAt(random: number) {
  const clock = { time: 0, now: () => clock.time, random: () => random, sleep: () => Promise.resolve() };
  return { clock, limits: new BulkLimits(options, clock) };
}

describe('the limits of bulk writes', () => {
  it('halve when the server is overloaded and come back step by step', () => {
    const { clock, limits } = limitsAt(0);
    limits.failed(clock.time, true);
    expect([limits.bytes, limits.inFlight]).toEqual([options.maxBytes / 2, 2]);
    clock.time += limits.delay + 1;
    limits.failed(clock.time, true);
    expect([limits.bytes, limits.inFlight]).toEqual([options.maxBytes / 4, 1]);
    const seen = [limits.bytes];
    for (let bulk = 0; bulk < 40; bulk++) {
      limits.accepted();
      expect(limits.bytes - seen.at(-1)!).toBeLessThanOrEqual(options.maxBytes / 16);
      seen.push(limits.bytes);
    }
    expect([limits.bytes, limits.inFlight]).toEqual([options.maxBytes, options.maxInFlight]);
  });

  it('keep their size while the server is only away', () => {
    const { clock, limits } = limitsAt(0);
    limits.failed(clock.time, false);
    expect([limits.bytes, limits.inFlight]).toEqual([options.maxBytes, options.maxInFlight]);
    expect(limits.delay).toBeGreaterThan(0);
  });

  it('wait twice as long after each failure, with jitter, up to the longest delay, and not at all after a success', () => {
    const delays = (random: number): number[] => {
      const { clock, limits } = limitsAt(random);
      const seen: number[] = [];
      for (let failure = 0; failure < 9; failure++) {
        limits.failed(clock.time, false);
        seen.push(limits.delay);
        clock.time += limits.delay + 1;
      }
      limits.accepted();
      limits.failed(clock.time, false);
      return [...seen, limits.delay];
    };
    expect(delays(0)).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 50]);
    expect(delays(0.5)).toEqual([75, 150, 300, 600, 1_200, 2_400, 4_800, 7_500, 7_500, 75]);
  });

  it('count one failure for all bulks that were on their way together', () => {
    const { clock, limits } = limitsAt(0);
    clock.time = 10;
    for (const sentAt of [3, 9, 10]) limits.failed(sentAt, true);
    expect([limits.bytes, limits.inFlight, limits.delay]).toEqual([options.maxBytes / 2, 2, 50]);
  });

  it('never leave their bounds', () => {
    const steps = fc.array(fc.constantFrom('accepted', 'overloaded', 'away'), { maxLength: 200 });
    fc.assert(
      fc.property(steps, fc.double({ min: 0, max: 0.999, noNaN: true }), (sequence, random) => {
        const { clock, limits } = limitsAt(random);
        for (const event of sequence) {
          if (event === 'accepted') limits.accepted();
          else limits.failed(clock.time, event === 'overloaded');
          expect(limits.bytes).toBeGreaterThanOrEqual(64 * 1024);
          expect(limits.bytes).toBeLessThanOrEqual(options.maxBytes);
          expect(limits.inFlight).toBeGreaterThanOrEqual(1);
          expect(limits.inFlight).toBeLessThanOrEqual(options.maxInFlight);
          expect(limits.delay).toBeLessThanOrEqual(options.maxDelayMs);
          clock.time += limits.delay + 1;
        }
      }),
    );
  });
});

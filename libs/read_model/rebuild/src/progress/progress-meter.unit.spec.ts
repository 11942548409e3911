import type { ProgressPicture } from '../build/build-progress.ts';
import { ProgressMeter } from './progress-meter.ts';

function meterAt(faults: { latest?: string } = {}) {
  let at = 0;
  const meter = new ProgressMeter({ now: () => at, rssBytes: () => 77, latestFault: () => faults.latest });
  return { meter, at: (ms: number) => void (at = ms) };
}

const picture = (read: [number, number], changes: Partial<ProgressPicture> = {}): ProgressPicture => ({
  step: 'build',
  slices: read.map((position, slice) => ({ slice, position: BigInt(position), end: 1_000n, done: false })),
  eventsRead: read[0] + read[1],
  eventsInLog: 2_000,
  documentsWritten: 0,
  spilledBytes: 0,
  ...changes,
});

describe('a progress report', () => {
  it('has the rate of each partition and of all, the share read and the time left', () => {
    const { meter, at } = meterAt();
    expect(meter.measure(picture([0, 0]))).toMatchObject({
      eventsPerSecond: 0,
      secondsLeft: null,
      percent: 0,
    });
    at(2_000);
    expect(meter.measure(picture([400, 100]))).toMatchObject({
      eventsPerSecond: 250,
      slices: [{ eventsPerSecond: 200 }, { eventsPerSecond: 50 }],
      secondsLeft: 6,
      percent: 25,
      rssBytes: 77,
      stall: null,
    });
  });

  it('says how long nothing has moved, in any step', () => {
    const { meter, at } = meterAt();
    meter.measure(picture([0, 0], { step: 'gate' }));
    at(7_000);
    expect(meter.measure(picture([0, 0], { step: 'gate' }))).toMatchObject({ stillMs: 7_000, stall: null });
    expect(meter.measure(picture([0, 1], { step: 'gate' })).stillMs).toBe(0);
  });

  it('forgets what was faster or slower a while ago', () => {
    const { meter, at } = meterAt();
    for (let second = 0; second <= 5; second++) {
      at(second * 1_000);
      meter.measure(picture([second * 100, 0]));
    }
    for (let second = 6; second <= 20; second++) {
      at(second * 1_000);
      meter.measure(picture([500, second]));
    }
    at(21_000);
    expect(meter.measure(picture([500, 21])).eventsPerSecond).toBe(1);
  });

  it('reports a stall, with the latest fault of a server, until something moves again', () => {
    const faults: { latest?: string } = {};
    const { meter, at } = meterAt(faults);
    meter.measure(picture([10, 0]));
    at(4_999);
    expect(meter.measure(picture([10, 0])).stall).toBeNull();
    at(6_000);
    expect(meter.measure(picture([10, 0])).stall).toEqual({
      forMs: 6_000,
      cause: 'no server has reported a fault',
    });
    faults.latest = 'kafka: partition 0 has no leader';
    at(7_000);
    expect(meter.measure(picture([10, 0])).stall).toEqual({ forMs: 7_000, cause: faults.latest });
    at(8_000);
    expect(meter.measure(picture([10, 0], { documentsWritten: 1 })).stall).toBeNull();
  });

  it('does not take a promotion that waits for a stall', () => {
    const { meter, at } = meterAt();
    meter.measure(picture([1_000, 1_000], { step: 'promote' }));
    at(60_000);
    expect(meter.measure(picture([1_000, 1_000], { step: 'promote' }))).toMatchObject({
      stall: null,
      secondsLeft: 0,
    });
  });
});

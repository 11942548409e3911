import { SnapshotClock } from './snapshot-clock.ts';

it('is due after so many events or so much time, whichever comes first, and restarts its count at each snapshot', () => {
  const clock = new SnapshotClock({ events: 100, ms: 1000 }, 0);
  expect(clock.isDue(99, 0.1, 999)).toBe(false);
  expect(clock.isDue(1, 0.1, 999)).toBe(true);
  clock.saved(999, 1500);
  expect(clock.isDue(1, 0.2, 2499)).toBe(false);
  expect(clock.isDue(0, 0.2, 2500)).toBe(true);
});

it('takes no more than its share of the time, by what the last snapshot cost', () => {
  const clock = new SnapshotClock({ share: 0.05 }, 0);
  expect(clock.isDue(1_000_000, 0.01, 499)).toBe(false);
  expect(clock.isDue(1, 0.01, 500)).toBe(true);
  clock.saved(500, 900);
  expect(clock.isDue(1_000_000, 0.1, 900 + 7999)).toBe(false);
  expect(clock.isDue(1, 0.1, 900 + 8000)).toBe(true);
  clock.saved(8900, 8901);
  expect(clock.isDue(1, 0.1, 8901 + 20)).toBe(true);
});

it('leaves a snapshot that is due shortly before the end of the slice to the end', () => {
  const clock = new SnapshotClock({ share: 0.05 }, 0);
  // 600 ms are left to the end, then 200 of the 500 that lie between two snapshots.
  expect(clock.isDue(1, 0.5, 600)).toBe(true);
  expect(clock.isDue(1, 0.75, 600)).toBe(false);
  expect(clock.isDue(1, 1, 800)).toBe(true);
});

it.each([
  ['a quarter of a distance', { share: 0.05 }, 124, 125],
  ['half an interval', { events: Infinity, ms: 500 }, 249, 250],
])('has one at the end of the slice only where the last was at least %s ago', (_, every, early, late) => {
  const clock = new SnapshotClock(every, 0);
  expect(clock.isDue(1, 1, early)).toBe(false);
  expect(clock.isDue(1, 1, late)).toBe(true);
});

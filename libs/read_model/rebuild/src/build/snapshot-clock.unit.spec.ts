import { SnapshotClock } from './snapshot-clock.ts';

it('is due after so many events or so much time, whichever comes first, and counts anew from each snapshot', () => {
  const clock = new SnapshotClock({ events: 100, ms: 1000 }, 0);
  expect(clock.isDue(99, 999)).toBe(false);
  expect(clock.isDue(1, 999)).toBe(true);
  clock.saved(999, 1500);
  expect(clock.isDue(1, 2499)).toBe(false);
  expect(clock.isDue(0, 2500)).toBe(true);
});

it('takes no more than its share of the time, by what the last snapshot cost', () => {
  const clock = new SnapshotClock({ share: 0.05 }, 0);
  expect(clock.isDue(1_000_000, 499)).toBe(false);
  expect(clock.isDue(1, 500)).toBe(true);
  clock.saved(500, 900);
  expect(clock.isDue(1_000_000, 900 + 7999)).toBe(false);
  expect(clock.isDue(1, 900 + 8000)).toBe(true);
  clock.saved(8900, 8901);
  expect(clock.isDue(1, 8901 + 20)).toBe(true);
});

import { backgroundSettling } from './background-settling.ts';

describe('settling beside a build', () => {
  it('is done one at a time and waited for at the end', async () => {
    const ends: (() => void)[] = [];
    const settling = backgroundSettling(
      () => new Promise((resolve) => ends.push(resolve)),
      () => undefined,
    );
    settling.begin();
    settling.begin();
    expect(ends).toHaveLength(1);
    let isSettled = false;
    const settled = settling.settled().then(() => (isSettled = true));
    await Promise.resolve();
    expect(isSettled).toBe(false);
    ends[0]!();
    await settled;
    settling.begin();
    expect(ends).toHaveLength(2);
  });

  it('tells of a failure and begins again: the end of the build does what is left', async () => {
    const told: string[] = [];
    const settling = backgroundSettling(
      () => Promise.reject(new Error('Elasticsearch is away')),
      (reason) => told.push(reason),
    );
    settling.begin();
    await settling.settled();
    settling.begin();
    await settling.settled();
    expect(told).toEqual(['Elasticsearch is away', 'Elasticsearch is away']);
  });
});

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

  it('reports a failure and starts again: the end of the build does what is left', async () => {
    const reasons: string[] = [];
    const settling = backgroundSettling(
      () => Promise.reject(new Error('Elasticsearch is away')),
      (reason) => reasons.push(reason),
    );
    settling.begin();
    await settling.settled();
    settling.begin();
    await settling.settled();
    expect(reasons).toEqual(['Elasticsearch is away', 'Elasticsearch is away']);
  });
});

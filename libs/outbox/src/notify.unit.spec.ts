import { coalesced } from './notify.ts';

/** Calls that end when the test says so. */
function slowCalls() {
  const ends: PromiseWithResolvers<void>[] = [];
  const call = (): Promise<void> => {
    const end = Promise.withResolvers<void>();
    ends.push(end);
    return end.promise;
  };
  return { ends, notify: coalesced(call) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('coalesced calls', () => {
  it('begin at once when none is under way', async () => {
    const { ends, notify } = slowCalls();
    notify();
    expect(ends).toHaveLength(1);
    ends[0]!.resolve();
    await settled();
    notify();
    expect(ends).toHaveLength(2);
  });

  it('make one more of all that come while one is under way, however many', async () => {
    const { ends, notify } = slowCalls();
    for (let times = 0; times < 100; times++) notify();
    expect(ends).toHaveLength(1);
    ends[0]!.resolve();
    await settled();
    expect(ends).toHaveLength(2);
    ends[1]!.resolve();
    await settled();
    expect(ends).toHaveLength(2);
  });

  it('continue after one that failed', async () => {
    const { ends, notify } = slowCalls();
    notify();
    notify();
    ends[0]!.reject(new Error('the connection broke'));
    await settled();
    expect(ends).toHaveLength(2);
  });
});

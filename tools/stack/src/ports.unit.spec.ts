import fc from 'fast-check';
import { choosePort } from './ports.ts';

/** A machine where `taken` are in use, another `up` holds `claimed`, and the system hands out `handedOut` in turn. */
const machine = (taken: number[], handedOut: number[] = [], claimed: number[] = []) => ({
  claim: async (port: number) => !claimed.includes(port),
  isFree: async (port: number) => !taken.includes(port),
  anyFreePort: async () => handedOut.shift() ?? 40_000,
});

describe('choosePort', () => {
  it('keeps the port of the last time while it is free', async () => {
    expect(await choosePort([41_000, 5432], new Set(), machine([]))).toBe(41_000);
  });

  it('takes the usual port when there was none before', async () => {
    expect(await choosePort([undefined, 5432], new Set(), machine([]))).toBe(5432);
  });

  it('takes any free port when the wanted ones are in use', async () => {
    expect(await choosePort([41_000, 5432], new Set(), machine([41_000, 5432], [38_111]))).toBe(38_111);
  });

  it('never returns a port that another instance holds, free or not, wanted or handed out', async () => {
    expect(
      await choosePort([41_000, 5432], new Set(), machine([], [38_111, 38_112], [41_000, 5432, 38_111])),
    ).toBe(38_112);
  });

  it('never returns a port that another server of the instance has', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 20 })),
        fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 10 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 10 }),
        async (wanted, taken, avoid) => {
          const free = Array.from({ length: 30 }, (_, index) => index + 1).filter(
            (port) => !taken.includes(port),
          );
          const port = await choosePort(wanted, new Set(avoid), machine(taken, free));
          expect(avoid).not.toContain(port);
          expect(taken).not.toContain(port);
        },
      ),
    );
  });
});

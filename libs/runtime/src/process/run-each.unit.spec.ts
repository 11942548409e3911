import { runEach, type Part } from './run-each.ts';

/** Runs until it is stopped. */
const lasting = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

const ignored = (): void => undefined;

describe('the parts of a process', () => {
  it('are run again after they threw, while the others continue', async () => {
    const stop = new AbortController();
    const errors: unknown[] = [];
    let tries = 0;
    let others = 0;
    const failing: Part = {
      run: (signal) => {
        if (++tries < 3) return Promise.reject(new Error(`try ${tries}`));
        stop.abort();
        return lasting(signal);
      },
      onStopped: (error) => errors.push(error),
    };
    const other: Part = {
      run: (signal) => {
        others++;
        return lasting(signal);
      },
      onStopped: ignored,
    };
    await runEach([failing, other], stop.signal, 1);
    expect({ tries, others, errors }).toEqual({
      ...{ tries: 3, others: 1 },
      errors: [new Error('try 1'), new Error('try 2')],
    });
  });

  it('end with the error of the last one where none runs any more', async () => {
    const failing = (name: string): Part => ({
      run: () => Promise.reject(new Error(name)),
      onStopped: ignored,
    });
    await expect(runEach([failing('a'), failing('b')], new AbortController().signal, 60_000)).rejects.toThrow(
      'b',
    );
  });

  it('end with the error of a part that is alone, and no other', async () => {
    const told: unknown[] = [];
    const alone: Part = {
      run: () => Promise.reject(new Error('alone')),
      onStopped: (error) => told.push(error),
    };
    await expect(runEach([alone], new AbortController().signal)).rejects.toThrow('alone');
    expect(told).toEqual([]);
  });

  it('that fail while the process stops are no failure of the others', async () => {
    const stop = new AbortController();
    stop.abort();
    let runs = 0;
    await runEach([{ run: () => Promise.reject(new Error(`${runs++}`)), onStopped: ignored }], stop.signal);
    expect(runs).toBe(0);
  });
});

import DataLoader from 'dataloader';

/**
 * Turns calls made in one turn of the event loop into one, separately for each key. When that one fails, each of its calls does.
 * @param run resolves to the results of the calls, in their order
 */
export function gathering<Call, Result>(
  keyOf: (call: Call) => string,
  run: (calls: readonly [Call, ...Call[]]) => Promise<readonly Result[]>,
): (call: Call) => Promise<Result> {
  const gather = async (calls: readonly Call[]): Promise<(Result | Error)[]> => {
    const outcomes = new Map<Call, Result | Error>();
    const runOne = async (together: readonly Call[]): Promise<void> => {
      try {
        const results = await run(together as readonly [Call, ...Call[]]);
        together.forEach((call, index) => outcomes.set(call, results[index]!));
      } catch (error) {
        const failure = error instanceof Error ? error : new Error(String(error), { cause: error });
        for (const call of together) outcomes.set(call, failure);
      }
    };
    await Promise.all([...Map.groupBy(calls, keyOf).values()].map(runOne));
    return calls.map((call) => outcomes.get(call)!);
  };
  const loader = new DataLoader<Call, Result>(gather, { cache: false });
  return (call) => loader.load(call);
}

/**
 * Works for several callers at once, for as long as one of them wants it: the signal `work` gets aborts when all of theirs have.
 * Nothing is left behind at theirs when it ends.
 */
export async function whileWanted<T>(
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (signals.length === 1) return work(signals[0]);
  const unwanted = new AbortController();
  const leave = (last: AbortSignal | undefined): void => {
    if (signals.every((signal) => signal?.aborted)) unwanted.abort(last?.reason);
  };
  const onAbort = ({ target }: Event): void => leave(target as AbortSignal);
  for (const signal of signals) signal?.addEventListener('abort', onAbort, { once: true });
  try {
    leave(signals.at(-1));
    return await work(unwanted.signal);
  } finally {
    for (const signal of signals) signal?.removeEventListener('abort', onAbort);
  }
}

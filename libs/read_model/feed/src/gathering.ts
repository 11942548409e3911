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

/** Aborts when all of the signals have: work done for several callers goes on for as long as one of them wants it. */
export function allAborted(signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const [first] = signals;
  if (signals.length === 1) return first;
  const all = new AbortController();
  let wanted = signals.length;
  for (const signal of signals) {
    const leave = (): void => {
      wanted -= 1;
      if (wanted === 0) all.abort(signal?.reason);
    };
    if (signal?.aborted) leave();
    else signal?.addEventListener('abort', leave, { once: true });
  }
  return all.signal;
}

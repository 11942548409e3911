import { useCallback, useEffect, useState } from 'react';
import { ask, Problem } from './client.ts';
import { useEvery } from './use-every.ts';

export interface Answer<T> {
  /** The last answer; it stays while a later one is fetched or fails. */
  readonly value: T | undefined;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
}

interface Held<T> {
  readonly path: string | null;
  readonly value?: T;
  readonly problem?: Problem;
}

/**
 * What a path answers.
 *
 * @param path null while there is nothing to ask for
 * @param every milliseconds after which it asks again, while the page is seen
 */
export function useAnswer<T>(path: string | null, every?: number): Answer<T> {
  const [held, setHeld] = useState<Held<T>>({ path: null });
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    if (path === null) return undefined;
    const stop = new AbortController();
    ask<T>(path, { signal: stop.signal }).then(
      (value) => setHeld({ path, value }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const problem = error instanceof Problem ? error : new Problem(0, 'unreadable', String(error));
        setHeld((before) => (before.path === path ? { ...before, problem } : { path, problem }));
      },
    );
    return () => stop.abort();
  }, [path, turn]);

  const reload = useCallback(() => setTurn((before) => before + 1), []);
  useEvery(every, reload);

  const current = held.path === path ? held : undefined;
  return {
    value: current?.value,
    problem: current?.problem,
    loading: path !== null && current === undefined,
    reload,
  };
}

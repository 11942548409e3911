import { useEffect } from 'react';

/**
 * Calls `ask` again and again, while the page is seen.
 *
 * @param every milliseconds from one call to the next; undefined for never
 * @param ask the same function as long as it is to be called at the same pace
 */
export function useEvery(every: number | undefined, ask: () => void): void {
  useEffect(() => {
    if (every === undefined) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') ask();
    }, every);
    return () => clearInterval(timer);
  }, [every, ask]);
}

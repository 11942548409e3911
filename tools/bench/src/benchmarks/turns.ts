/** What two contenders gave, in the order of the rounds. */
export interface Turns<T> {
  readonly first: readonly T[];
  readonly second: readonly T[];
}

/**
 * Measures two contenders in turns. Each begins every other round, so what changes on the machine meanwhile, and what one leaves to the
 * other, concerns both.
 * @param rounds how often each is measured
 */
export async function inTurns<T>(
  rounds: number,
  first: () => Promise<T>,
  second: () => Promise<T>,
): Promise<Turns<T>> {
  const [ofFirst, ofSecond]: [T[], T[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) ofFirst.push(await first());
    ofSecond.push(await second());
    if (round % 2 === 1) ofFirst.push(await first());
  }
  return { first: ofFirst, second: ofSecond };
}

/** How often each fault was really done. A test whose fault never happened has shown nothing. */
export class FaultCounts {
  readonly #counts = new Map<string, number>();

  count(fault: string, times = 1): void {
    this.#counts.set(fault, this.of(fault) + times);
  }

  of(fault: string): number {
    return this.#counts.get(fault) ?? 0;
  }

  /** All of them, in the order in which they first happened. */
  all(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

/** The newest samples of something, oldest first. */
export class Series<T> {
  readonly #most: number;
  #samples: T[] = [];

  constructor(most = 360) {
    this.#most = most;
  }

  add(sample: T): void {
    this.#samples.push(sample);
    if (this.#samples.length > this.#most) this.#samples.shift();
  }

  list(): T[] {
    return [...this.#samples];
  }
}

/** One series for each key, for as long as a key is named now and then. */
export class SeriesByKey<T> {
  readonly #byKey = new Map<string, Series<T>>();

  of(key: string): Series<T> {
    const series = this.#byKey.get(key) ?? new Series<T>();
    // The last one named stands last, so the first is the one nobody has named for longest.
    this.#byKey.delete(key);
    this.#byKey.set(key, series);
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > 200 && oldest !== undefined) this.#byKey.delete(oldest);
    return series;
  }
}

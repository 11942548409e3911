import type { StoredKey } from './api-key.ts';

/** Where keys are kept. */
export interface KeyStore {
  /** All keys that are not revoked. */
  load(): Promise<readonly StoredKey[]>;
  /** Writes down that a key was used just now. */
  noteUse?(id: string): Promise<void>;
}

/** How long keys are believed without another look, in milliseconds: a revoked key is refused after this time at the latest. */
export const keysMaxAgeMs = 5_000;

/** From which age on keys are looked at again while requests are still judged by them, in milliseconds: under load nobody waits. */
const keysAgeingMs = 2_500;

/** How often at most a use of one key is written down, in milliseconds. */
const noteUseEveryMs = 60_000;

/** How soon after a look an unknown key causes another one, in milliseconds: a key that was just made works after this time. */
const unknownAgainMs = 1_000;

/**
 * The keys of an application, loaded as a whole when somebody comes with a key. Looking one up costs no query, so neither many
 * requests nor many made-up keys load the place they are kept in: at most one look a second, whoever asks. Where requests come all the
 * time, a known key waits for no look either.
 */
export class KeyRing {
  readonly #store: KeyStore;
  readonly #now: () => number;
  #keys: ReadonlyMap<string, StoredKey> = new Map();
  #loadedAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  readonly #noted = new Map<string, number>();
  #loading: Promise<void> | undefined;

  /** @param now a clock that only goes forward, in milliseconds */
  constructor(store: KeyStore, now: () => number = () => performance.now()) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * The key with this id.
   * @throws what loading throws, where the keys are older than {@link keysMaxAgeMs}
   */
  async find(id: string): Promise<StoredKey | undefined> {
    const now = this.#now();
    const age = now - this.#loadedAt;
    if (age >= keysMaxAgeMs || (age >= unknownAgainMs && !this.#keys.has(id))) await this.#refresh();
    else if (age >= keysAgeingMs && now - this.#lookedAt >= unknownAgainMs)
      // Whether it fails matters to nobody until the keys are too old.
      this.#refresh().catch(() => undefined);
    return this.#keys.get(id);
  }

  /** Whether a key with this id was there at the last look; it may be too old to count. */
  has(id: string): boolean {
    return this.#keys.has(id);
  }

  /** Has a use written down, in the background: no request waits for it or fails with it, and the next use makes up for a loss. */
  used(id: string): void {
    const now = this.#now();
    if (now - (this.#noted.get(id) ?? Number.NEGATIVE_INFINITY) < noteUseEveryMs) return;
    this.#noted.set(id, now);
    this.#store.noteUse?.(id).catch(() => this.#noted.delete(id));
  }

  #refresh(): Promise<void> {
    if (this.#loading !== undefined) return this.#loading;
    const begun = this.#now();
    this.#lookedAt = begun;
    return (this.#loading = this.#store
      .load()
      .then((keys) => {
        this.#keys = new Map(keys.map((key) => [key.id, key]));
        // From before the look: what was revoked during it may have been missed.
        this.#loadedAt = begun;
      })
      .finally(() => {
        this.#loading = undefined;
      }));
  }
}

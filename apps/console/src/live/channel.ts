import { randomBytes } from 'node:crypto';
import type { LiveEventName, LiveEvents } from '../contract/index.ts';

/** The newest event of one thing, ready to be sent. */
export interface Entry {
  readonly number: number;
  /** As it stands on the wire. */
  readonly text: string;
}

/** Things of one kind that are kept, the newest: ended runs and actions stay for a while. */
const keptOfAKind = 300;

/**
 * The newest event of each thing. Only that is kept, so memory does not grow with time, and a client that was away, or is slow, is sent
 * what is newest of each when it can take it, never a queue.
 */
export class Channel {
  /** Ids of another process mean nothing here: whoever comes with one is sent everything. */
  readonly #epoch = randomBytes(6).toString('hex');
  /** In the order of their numbers. */
  readonly #newest = new Map<string, Entry & { readonly said: string; readonly name: string }>();
  readonly #listeners = new Set<() => void>();
  #number = 0;

  /** @param key which thing of that name it is of; empty where there is one */
  publish<K extends LiveEventName>(name: K, key: string, value: LiveEvents[K]): void {
    const said = JSON.stringify(value);
    const place = `${name} ${key}`;
    if (this.#newest.get(place)?.said === said) return;
    this.#newest.delete(place);
    this.#number += 1;
    const text = `id: ${this.#epoch}-${this.#number}\nevent: ${name}\ndata: ${said}\n\n`;
    this.#newest.set(place, { number: this.#number, text, said, name });
    this.#drop(name);
    for (const listener of this.#listeners) listener();
  }

  /** Keeps nothing of that name any more: it is not known now, and whoever comes is not to be shown what was before. */
  forget(name: LiveEventName): void {
    for (const [place, entry] of this.#newest) if (entry.name === name) this.#newest.delete(place);
  }

  /** The number of the last event that a client has; 0 where its id is none of ours. */
  numberOf(id: string | undefined): number {
    const [epoch, number] = (id ?? '').split('-');
    return epoch === this.#epoch && /^\d{1,15}$/.test(number ?? '') ? Number(number) : 0;
  }

  /** The oldest event after that one; undefined where there is none yet. */
  next(number: number): Entry | undefined {
    for (const entry of this.#newest.values()) if (entry.number > number) return entry;
    return undefined;
  }

  /** @returns what ends it */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #drop(name: string): void {
    const ofKind = [...this.#newest].filter(([, entry]) => entry.name === name);
    const [oldest] = ofKind;
    if (oldest && ofKind.length > keptOfAKind) this.#newest.delete(oldest[0]);
  }
}

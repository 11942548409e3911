import type { LiveEventName, LiveEvents, Overview, Role, Session } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { ask } from '../api/client.ts';
import { fetched, nothingYet, received, type LiveState } from './live-state.ts';

const names = ['overview', 'card', 'write-side', 'run', 'action', 'alive'] as const satisfies LiveEventName[];

/** The server sends a sign of life every 15 seconds: after this long without one the connection counts as lost. */
const silenceMs = 40_000;
const retryMs = 2_000;

/**
 * Keeps a stream of live events open, for as long as the pages are, and begins again whenever it breaks: each event is the whole of a
 * thing, so nothing that was missed is needed.
 */
export class LiveStream {
  /** What the pages take somebody for: hearing of another role, it looks at the session. */
  role: Role | undefined;
  #state: LiveState = nothingYet;
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  readonly #listeners = new Set<() => void>();
  readonly #look: () => Promise<Session>;

  constructor(look: () => Promise<Session>) {
    this.#look = look;
  }

  readonly state = (): LiveState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.#stopped = false;
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    this.#close();
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #open(): void {
    this.#close();
    void this.#fetchFirst();
    const source = new EventSource(routes.live);
    this.#source = source;
    source.onopen = () => this.#listenOn();
    source.onerror = () => this.#broken();
    for (const name of names)
      source.addEventListener(name, (event) => {
        this.#listenOn();
        const data = JSON.parse(event.data as string) as LiveEvents[typeof name];
        this.#set(received(this.#state, name, data, Date.now()));
        if (name === 'alive' && (data as LiveEvents['alive']).role !== this.role)
          void this.#look().catch(() => undefined);
      });
  }

  async #fetchFirst(): Promise<void> {
    try {
      const overview = await ask<Overview>(routes.overview);
      this.#set(fetched(this.#state, overview, Date.now()));
    } catch (error) {
      this.#set({ ...this.#state, problem: error instanceof Error ? error.message : String(error) });
    }
  }

  #listenOn(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#broken(), silenceMs);
  }

  /** The session may have ended, which an event stream does not say, or the server may be away. */
  #broken(): void {
    this.#close();
    this.#set({ ...this.#state, connection: { ...this.#state.connection, state: 'lost' } });
    this.#timer = setTimeout(() => void this.#again(), retryMs);
  }

  async #again(): Promise<void> {
    try {
      const { user } = await this.#look();
      if (user !== null && !this.#stopped) this.#open();
    } catch {
      if (!this.#stopped) this.#broken();
    }
  }

  #set(state: LiveState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

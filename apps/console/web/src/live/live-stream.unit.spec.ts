import { jest } from '@jest/globals';
import type { Session } from '../../../src/contract/index.ts';
import { LiveStream } from './live-stream.ts';

/** The browser's, as far as the stream uses it. */
class Source {
  static readonly opened: Source[] = [];
  onopen?: () => void;
  onerror?: () => void;
  constructor() {
    Source.opened.push(this);
  }
  addEventListener(): void {}
  close(): void {}
}

const globals = globalThis as { EventSource?: unknown; fetch: typeof fetch };
const { EventSource: before, fetch: fetchBefore } = globals;

beforeEach(() => {
  jest.useFakeTimers();
  Source.opened.length = 0;
  Object.assign(globals, { EventSource: Source, fetch: () => Promise.reject(new Error('a test')) });
});
afterEach(() => {
  jest.useRealTimers();
  Object.assign(globals, { EventSource: before, fetch: fetchBefore });
});

describe('a stream that breaks', () => {
  /** Breaks, and is about to learn whether somebody is logged in. */
  async function looking() {
    const { promise: session, resolve, reject } = Promise.withResolvers<Session>();
    const stream = new LiveStream(() => session);
    stream.start();
    Source.opened[0]!.onerror!();
    await jest.advanceTimersByTimeAsync(2_000);
    return { stream, resolve, reject };
  }
  const somebody = { user: { role: 'viewer' } } as Session;

  it('begins again while somebody is logged in', async () => {
    const { stream, resolve } = await looking();
    resolve(somebody);
    await jest.advanceTimersByTimeAsync(0);
    expect(Source.opened).toHaveLength(2);
    stream.stop();
  });

  it.each([
    ['somebody is logged in', true],
    ['the server is away', false],
  ])('stays closed once it is stopped, also where it learns after that: %s', async (_, answers) => {
    const { stream, resolve, reject } = await looking();
    stream.stop();
    if (answers) resolve(somebody);
    else reject(new Error('a test'));
    await jest.advanceTimersByTimeAsync(10_000);
    expect(Source.opened).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
    expect(stream.state().connection.state).toBe('lost');
  });
});

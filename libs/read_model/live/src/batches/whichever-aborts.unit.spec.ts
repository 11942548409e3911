import { getEventListeners } from 'node:events';
import { whicheverAborts } from './whichever-aborts.ts';

describe('whichever aborts', () => {
  it.each([0, 1])('aborts with the reason of source %i', (index) => {
    const sources = [new AbortController(), new AbortController()];
    const { signal } = whicheverAborts(...sources.map((source) => source.signal));
    const reason = new Error('the partition is gone');
    sources[index]?.abort(reason);
    expect(signal.reason).toBe(reason);
  });

  it('is aborted when a source was', () => {
    const source = AbortSignal.abort(new Error('stopped'));
    expect(whicheverAborts(new AbortController().signal, source).signal.reason).toEqual(new Error('stopped'));
  });

  it('leaves nothing behind at its sources once released', () => {
    const source = new AbortController();
    for (let piece = 0; piece < 3; piece++) {
      const { signal, release } = whicheverAborts(source.signal);
      signal.addEventListener('abort', () => undefined);
      release();
    }
    expect(getEventListeners(source.signal, 'abort')).toHaveLength(0);
  });
});

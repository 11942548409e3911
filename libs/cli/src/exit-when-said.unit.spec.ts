import { PassThrough } from 'node:stream';
import { jest } from '@jest/globals';
import { exitWhenSaid } from './exit-when-said.ts';

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => void jest.useRealTimers());

/** An output whose reader has not taken all yet. */
function slow(): PassThrough {
  const output = new PassThrough({ highWaterMark: 1 });
  for (let line = 0; line < 3; line++) output.write('a line\n');
  expect(output.writableLength).toBeGreaterThan(0);
  return output;
}

describe('a process that has done its work', () => {
  it('ends once its readers have taken all that it said', () => {
    const [exit, output] = [jest.fn(), slow()];
    exitWhenSaid([new PassThrough(), output], exit);
    jest.advanceTimersByTime(60_000);
    expect(exit).not.toHaveBeenCalled();
    while (output.read() !== null);
    jest.advanceTimersByTime(1_000);
    expect(exit).toHaveBeenCalledTimes(1);
  });

  it('does not wait for a reader that has gone', () => {
    const [exit, output] = [jest.fn(), slow()];
    output.destroy();
    exitWhenSaid([output], exit);
    jest.advanceTimersByTime(1_000);
    expect(exit).toHaveBeenCalledTimes(1);
  });
});

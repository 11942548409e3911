import { FaultLog } from './faults.ts';

const retry = { doing: 'writing to x', reason: '429 too many requests', failures: 3 };

describe('the log of faults that are waited out', () => {
  it('tells of each kind of work every few seconds, however often it fails', () => {
    let at = 0;
    const lines: string[] = [];
    const faults = new FaultLog(() => at);
    const end = faults.listen((line) => lines.push(line));
    for (at = 0; at < 10_000; at += 100) faults.retried(retry);
    faults.note('kafka', 'partition 0 has no leader');
    expect(lines).toEqual([
      'waiting and trying again: writing to x: 429 too many requests (3 failures in a row)',
      'waiting and trying again: writing to x: 429 too many requests (3 failures in a row)',
      'waiting and trying again: partition 0 has no leader',
    ]);
    end();
    at += 60_000;
    faults.retried(retry);
    expect(lines).toHaveLength(3);
  });

  it('names the last one as a cause for half a minute', () => {
    let at = 0;
    const faults = new FaultLog(() => at);
    expect(faults.latest()).toBeUndefined();
    faults.retried(retry);
    at = 30_000;
    expect(faults.latest()).toContain('429');
    at = 30_001;
    expect(faults.latest()).toBeUndefined();
  });
});

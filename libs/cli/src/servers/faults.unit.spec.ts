import { FaultLog } from './faults.ts';

const retry = { doing: 'writing to x', reason: '429 too many requests', failures: 3 };

describe('the log of faults that are waited out', () => {
  it('reports each reason once for each kind of work, however long it lasts, and again after it has recovered', () => {
    let at = 0;
    const lines: string[] = [];
    const faults = new FaultLog(() => at);
    const end = faults.listen((line) => lines.push(line));
    for (at = 0; at < 600_000; at += 1_000) faults.retried({ ...retry, failures: 3 + at });
    faults.note('kafka', 'partition 0 has no leader');
    faults.retried({ ...retry, reason: 'refuses connections', failures: 1 });
    at += 31_000;
    faults.retried({ ...retry, failures: 1 });
    expect(lines).toEqual([
      'waiting and trying again: writing to x: 429 too many requests (3 failures in a row)',
      'waiting and trying again: partition 0 has no leader',
      'waiting and trying again: writing to x: refuses connections',
      'waiting and trying again: writing to x: 429 too many requests',
    ]);
    end();
    at += 60_000;
    faults.retried(retry);
    expect(lines).toHaveLength(4);
  });

  it('stays quiet when the reason is another one each time', () => {
    const lines: string[] = [];
    const faults = new FaultLog(() => 0);
    faults.listen((line) => lines.push(line));
    for (let port = 0; port < 100; port += 1) faults.note('kafka', `port ${port} refuses connections`);
    expect(lines).toHaveLength(5);
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

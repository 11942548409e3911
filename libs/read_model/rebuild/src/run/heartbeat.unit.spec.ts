import { jest } from '@jest/globals';
import type { ProgressReport } from '../progress/progress-meter.ts';
import { newRunContext } from './run-context.ts';
import { watchOver } from './heartbeat.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A run that writes nothing, in the middle of its build. */
function runInBuild() {
  const notices: string[] = [];
  const run = newRunContext({
    runId: 'run',
    options: { projection: { name: 'product_search' }, mode: 'DRY_RUN' } as never,
    servers: {} as never,
    control: {
      latestFault: () => 'refuses connections',
      onNotice: (line: string) => notices.push(line),
    } as never,
    fence: undefined,
    signal: new AbortController().signal,
    workDirectory: '/nowhere',
    startedAt: new Date(0),
  });
  run.progress.step = 'build';
  return { run, notices, heartbeat: watchOver(run, 60_000, () => undefined) };
}

describe('a run that stood still', () => {
  it('is said to move again also when it is through before the next look', async () => {
    const { run, notices, heartbeat } = runInBuild();
    await jest.advanceTimersByTimeAsync(7_500);
    expect(notices).toEqual([expect.stringMatching(/^nothing has moved for [5-7] s: refuses connections$/)]);
    run.progress.step = 'gate';
    await heartbeat.stop();
    expect(notices.slice(1)).toEqual(['it moves again']);
  });

  it('and ends so is not said to move again', async () => {
    const { notices, heartbeat } = runInBuild();
    await jest.advanceTimersByTimeAsync(7_500);
    await heartbeat.stop();
    expect(notices).toHaveLength(1);
  });
});

describe('what a run reports', () => {
  it.each([
    ['names its run, which the registry has', { fencingToken: 1n }, 'run'],
    ['names none where nothing is written, as the registry has none', undefined, null],
  ])('%s', async (_, fence, runId) => {
    const reports: ProgressReport[] = [];
    const { run } = runInBuild();
    const control = { ...run.control, onProgress: (report: ProgressReport) => void reports.push(report) };
    await watchOver({ ...run, control, fence: fence as never }, 60_000, () => undefined).stop();
    expect(reports).toMatchObject([{ runId, step: 'build' }]);
  });
});

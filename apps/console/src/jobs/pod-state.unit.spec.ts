import { recorded } from '../testing/recorded/kubernetes.ts';
import { endOf, hasLog, newestOf, outputsIn, saidOf } from './pod-state.ts';

const { pods, jobs } = recorded;

describe('the end of a Job', () => {
  it('is known by its condition, and its exit code by the pod', () => {
    expect(endOf(jobs.new, undefined)).toEqual({ state: 'running', exitCode: null });
    expect(endOf(jobs.new, pods.failed)).toEqual({ state: 'running', exitCode: null });
    expect(endOf(jobs.failing, pods.failed)).toEqual({ state: 'running', exitCode: null });
    expect(endOf(jobs.failed, pods.failed)).toEqual({ state: 'ended', exitCode: 2 });
    expect(endOf(jobs.complete, undefined)).toEqual({ state: 'ended', exitCode: 0 });
  });

  it('has no exit code where the pod is gone, and says why it failed', () => {
    expect(endOf(jobs.failed, undefined)).toEqual({ state: 'gone', exitCode: null });
    expect(saidOf(jobs.failed, undefined)).toBe(
      'The Job failed: PodFailurePolicy (Container rebuild for pod shop/rec failed with exit code 2 matching FailJob rule at index 2)\n',
    );
  });
});

describe('a pod', () => {
  it.each([
    ['new', ''],
    ['unschedulable', 'The pod rec waits: Unschedulable (0/1 nodes are available: 1 Insufficient memory.)\n'],
    ['pulling', ''],
    ['notPulled', 'The pod rec waits: ImagePullBackOff (Back-off pulling image "x")\n'],
    ['running', ''],
    ['failed', ''],
  ] as const)('that is %s says what a person has to know', (state, said) => {
    expect(saidOf(jobs.new, pods[state])).toBe(said);
    expect(hasLog(jobs.new, pods[state])).toBe(state === 'running' || state === 'failed');
  });

  it('that is newest counts, where one was replaced', () => {
    const at = (name: string, creationTimestamp: string) => ({ metadata: { name, creationTimestamp } });
    const [old, young] = [at('old', '2026-12-01T06:00:00Z'), at('young', '2026-12-01T06:00:01Z')];
    expect(newestOf([old, young])).toBe(young);
    expect(newestOf([young, old])).toBe(young);
    expect(newestOf([])).toBeUndefined();
  });
});

describe('the outputs in a log', () => {
  const document = '{\n  "runId": "1",\n  "inner": {\n    "a": []\n  }\n}\n';

  it.each([
    ['a document at its end', `{"notice":"a"}\n${document}`, document, '{"notice":"a"}\n'],
    [
      'words after the document',
      `{"notice":"a"}\n${document}warning\n`,
      document,
      '{"notice":"a"}\nwarning\n',
    ],
    [
      'a notice within the document',
      '{\n  "runId": "1",\n{"notice":"late"}\n  "b": 2\n}\n',
      '{\n  "runId": "1",\n  "b": 2\n}\n',
      '{"notice":"late"}\n',
    ],
    ['a list', '[\n  {\n    "a": 1\n  }\n]\n', '[\n  {\n    "a": 1\n  }\n]\n', ''],
    ['no document', 'error: no\n', '', 'error: no\n'],
    ['a document that is cut', '{\n  "runId": "1"', '', '{\n  "runId": "1"'],
    ['nothing', '', '', ''],
  ])('are apart: %s', (_, log, stdout, stderr) => {
    expect(outputsIn(log)).toEqual({ stdout, stderr });
  });
});

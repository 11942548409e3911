import { projections } from '@reprise/product-read-model';
import { RebuildError } from '@reprise/read-model-rebuild';
import { eachProjection, printJson } from './each-projection.ts';
import type { Invocation } from './verb.ts';

function invoked(signal = new AbortController().signal) {
  const out = { stdout: '', stderr: '' };
  const invocation: Invocation = {
    env: {},
    audit: { begin: () => Promise.resolve(), report: () => undefined },
    contexts: [],
    declaredIn: 'file:///reprise.config.ts',
    signal,
    received: () => (signal.aborted ? 'SIGTERM' : undefined),
    stdout: (text) => void (out.stdout += text),
    stderr: (text) => void (out.stderr += text),
    clearLine: () => undefined,
    interactive: false,
  };
  return { invocation, out };
}

describe('work for several projections', () => {
  it('continues after one that fails, keeps its error in its place, and has the code of the first failure', async () => {
    const { invocation, out } = invoked();
    const { results, exitCode } = await eachProjection(projections, invocation, ({ name }) =>
      name === projections[1]!.name
        ? Promise.reject(new RebuildError('BUSY', 'another run is in progress'))
        : Promise.resolve({ result: name, exitCode: 0 }),
    );
    expect(exitCode).toBe(3);
    expect(results).toEqual(
      projections.map(({ name }, index) =>
        index === 1
          ? { projection: name, outcome: 'failed', exitCode: 3, message: 'another run is in progress' }
          : name,
      ),
    );
    expect(out.stderr).toBe(`${projections[1]!.name}: another run is in progress\n`);
    printJson(projections, results, invocation);
    expect(JSON.parse(out.stdout)).toHaveLength(projections.length);
  });

  it('begins nothing once a signal has come, and has its code', async () => {
    const stop = new AbortController();
    const { invocation } = invoked(stop.signal);
    const begun: string[] = [];
    const { exitCode, results } = await eachProjection(projections, invocation, ({ name }) => {
      begun.push(name);
      stop.abort();
      return Promise.resolve({ result: name, exitCode: 0 });
    });
    expect(begun).toEqual([projections[0]!.name]);
    expect(results).toEqual(begun);
    expect(exitCode).toBe(143);
  });
});

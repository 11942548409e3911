import { runCommandLine } from '../program.ts';
import { progressReporter } from './progress-line.ts';
import { describeQueue, describeRepairs } from './repair-text.ts';
import { idText, jsonText, linesText } from './text.ts';
import { describeVerification } from './verify-text.ts';

/** An id out of a log that would take the line over, and pretend that another one follows. */
const hostile = 'a\u001b[2J\u202e\nproduct_search: clean';
const masked = 'a\uFFFD[2J\uFFFD\uFFFDproduct_search: clean';
const at = new Date(0);

describe('what a verb prints of texts that come from a log', () => {
  it('is masked and stays in its line, in every report', () => {
    const drift = { id: hostile, class: 'missing', expected: 1, actual: null } as const;
    const verification = describeVerification({
      ...{ projection: 'p', generation: 'g', source: 'kafka', watermark: { 0: '1' }, deep: false },
      ...{
        log: { read: 1, poison: 0, gaps: 0 },
        documents: { expected: 1, actual: 0 },
        drift: [drift],
        unknown: [hostile],
      },
      ...{ upTo: '', warnings: [], outcome: 'drift', freshness: { kind: 'ok', text: 'OK', next: null } },
      counts: { missing: 1, extra: 0, stale: 0, different: 0, inFlight: 0 },
      ...{ faults: [], caveats: [hostile] },
      ...{ clean: false, timing: { durationMs: 1 }, repair: { asked: 0, refused: 0, unstorable: 2 } },
    } as unknown as Parameters<typeof describeVerification>[0]);
    expect(verification).toContain(`  missing     ${masked}  version none`);
    expect(verification).toContain(`the read model has "${masked}": check`);
    expect(verification).toContain(`set up by hand: ${masked}\n`);
    expect(verification).toContain('2 have an id that the queue cannot hold and were NOT taken');
    const failures = [{ aggregateId: hostile, error: hostile }];
    expect(describeRepairs({ projection: 'p', documents: [], unknown: [], failures })).toContain(
      `  failed    ${masked}: ${masked}`,
    );
    const task = {
      ...{ projection: 'p', projectionVersion: 1, aggregateId: hostile, aggregateType: 'product' as const },
      ...{ reason: 'gap' as const, state: 'OPEN' as const, error: hostile, attempts: 1, failures: 0 },
      ...{ createdAt: at, updatedAt: at, attemptedAt: at, nextAttemptAt: at, lease: null },
    };
    const counts = { open: 1, failed: 0, leased: 0, oldestOpenSeconds: 1, refused: 0, lastRefusedAt: null };
    const queue = describeQueue({ projection: 'p', ...counts, tasks: [task] });
    expect(queue.split('\n')).toHaveLength(2);
    expect(queue).toContain(`OPEN   ${masked} of version 1`);
  });

  it('is cut where an id is very long', () => {
    expect(idText('x'.repeat(10_000))).toHaveLength(201);
    expect(linesText(['a', `b${hostile}`])).toBe(`a\nb${masked}`);
  });

  it('is exact in JSON, and escaped', () => {
    const text = jsonText({ id: hostile }, 2);
    expect(JSON.parse(text)).toEqual({ id: hostile });
    expect(text).toBe('{\n  "id": "a\\u001b[2J\\u202e\\nproduct_search: clean"\n}');
  });

  it('is masked in progress and notices, which rewrite a line by their own escape sequence only', () => {
    const written: string[] = [];
    const to = {
      stderr: (text: string) => void written.push(text),
      clearLine: () => void written.push('<clear>'),
    };
    const stall = { forMs: 1_000, cause: hostile };
    const report = { step: 'build', slices: [], stall } as unknown as Parameters<
      ReturnType<typeof progressReporter>['show']
    >[0];
    for (const style of ['live', 'lines', 'json'] as const) progressReporter('p', to, style).show(report);
    progressReporter('p', to, 'lines').notice(hostile);
    expect(written.filter((text) => text === '<clear>')).toHaveLength(1);
    for (const text of written) {
      for (const obeyed of ['\u001b', '\u202e']) expect(text).not.toContain(obeyed);
      expect(text).not.toMatch(/\n./);
    }
    expect(written.at(-1)).toBe(`p: ${masked}\n`);
  });

  it('is masked once more on its way out, whatever its source', async () => {
    const out: string[] = [];
    const write = (text: string) => void out.push(text);
    const called = {
      ...{ env: {}, signal: new AbortController().signal, received: () => undefined, interactive: false },
      ...{ stdout: write, stderr: write },
    };
    await expect(runCommandLine(['\u001b[31mverb\u202e'], called)).rejects.toThrow('unknown command');
    expect(out.join('')).toContain('\uFFFD[31mverb\uFFFD');
  });
});

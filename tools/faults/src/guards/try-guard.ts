import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Servers } from '../cluster/servers.ts';
import type { NamedSpec } from '../row.ts';
import { reportOf } from '../run-spec.ts';
import type { Guard } from './guard.ts';

export interface GuardResult {
  readonly guard: Guard;
  /** `seen`: a test failed without it. `survived`: all passed. `no verdict`: nothing ran, or a test fails with the guard in place. */
  readonly outcome: 'seen' | 'survived' | 'no verdict';
  readonly seconds: number;
  /** Which test saw it, or why there is no verdict. */
  readonly by: string;
}

/** How the named tests of a spec came out. */
type Verdict =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly test: string }
  | { readonly outcome: 'not run'; readonly reason: string };

/** Takes guards out of a copy of the workspace, one at a time, and looks whether their tests notice. */
export class GuardTrial {
  readonly #root: string;
  readonly #endpoints: Servers['endpoints'];
  readonly #signal: AbortSignal;
  /** How specs come out with every guard in place; each is run once. */
  readonly #undisturbed = new Map<string, Promise<Verdict>>();

  constructor(root: string, { endpoints }: Pick<Servers, 'endpoints'>, signal: AbortSignal) {
    this.#root = root;
    this.#endpoints = endpoints;
    this.#signal = signal;
  }

  async take(guard: Guard): Promise<GuardResult> {
    const begun = performance.now();
    const result = (outcome: GuardResult['outcome'], by: string): GuardResult => ({
      guard,
      outcome,
      seconds: (performance.now() - begun) / 1_000,
      by,
    });
    const found = readFileSync(join(this.#root, guard.file), 'utf8').split(guard.text).length - 1;
    if (found !== 1) return result('no verdict', `its text stands in the file ${found} times`);
    let notRun = '';
    for (const spec of guard.specs) {
      // Before the guard is taken out: what a process leaves on the servers without it may fail the test from then on.
      const before = await this.#runUndisturbed(spec);
      if (before.outcome !== 'passed') {
        return result(
          'no verdict',
          `with the guard in place: ${before.outcome === 'failed' ? `"${before.test}" fails` : before.reason}`,
        );
      }
      const verdict = await this.#without(guard, () => this.#run(spec));
      if (verdict.outcome === 'failed') return result('seen', verdict.test);
      if (verdict.outcome === 'not run') notRun = verdict.reason;
    }
    return notRun === '' ? result('survived', '') : result('no verdict', notRun);
  }

  async #without<T>({ file, text, without }: Guard, work: () => Promise<T>): Promise<T> {
    const path = join(this.#root, file);
    const source = readFileSync(path, 'utf8');
    // As text: a replacement must not be read as a pattern.
    writeFileSync(path, source.split(text).join(without));
    try {
      return await work();
    } finally {
      writeFileSync(path, source);
    }
  }

  #runUndisturbed(spec: NamedSpec): Promise<Verdict> {
    const key = JSON.stringify(spec);
    const known = this.#undisturbed.get(key) ?? this.#run(spec);
    this.#undisturbed.set(key, known);
    return known;
  }

  async #run(spec: NamedSpec): Promise<Verdict> {
    const { report, text } = await reportOf(this.#root, spec, this.#endpoints, this.#signal);
    const tests = report?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];
    const failed = tests.find(({ status }) => status === 'failed');
    if (failed !== undefined) return { outcome: 'failed', test: failed.fullName };
    if (tests.some(({ status }) => status === 'passed')) return { outcome: 'passed' };
    const trouble = report?.testResults.map(({ message }) => message).join(' ') ?? text.slice(-500);
    return {
      outcome: 'not run',
      reason: `${spec.file} did not run: ${trouble.replaceAll(/\s+/g, ' ').slice(0, 300)}`,
    };
  }
}

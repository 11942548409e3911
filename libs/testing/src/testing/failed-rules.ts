import type { Runner } from '../suite/runner.ts';

type Enrol = (runner: Runner) => void;
interface Rule {
  readonly title: string;
  readonly test: () => Promise<void>;
}

/** The rules of a suite, in their order. */
export function rulesOf(enrol: Enrol): Rule[] {
  const rules: Rule[] = [];
  enrol({
    describe: (_, enrolTests) => enrolTests(),
    it: (title, test) => void rules.push({ title, test }),
  });
  return rules;
}

/** Tries rules of a suite here and now: all of them, or the one of that title. @returns titles of those that do not hold */
export async function failedRules(enrol: Enrol, only?: string): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, test } of rulesOf(enrol))
    if (only === undefined || title === only) await test().catch(() => failed.push(title));
  return failed;
}

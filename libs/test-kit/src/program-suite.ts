import { describe, expect, it } from '@jest/globals';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether a program is on the path. */
export function hasProgram(name: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * A suite that needs a program which not every developer has. Where it is missing one test says so, by which the end of `npm test`
 * names what was left out. `isThere` is given where a name on the path does not decide. Where everything has to run (`LEAVE_OUT_NOTHING`, as .ci/run sets it) that test fails.
 */
export function describeWith(
  program: string,
  title: string,
  suite: () => void,
  isThere = hasProgram(program),
): void {
  if (isThere) {
    describe(title, suite);
    return;
  }
  it(`${title}: left out, since this machine has no ${program}`, () => {
    expect(process.env['LEAVE_OUT_NOTHING'] ?? '').toBe('');
  });
}

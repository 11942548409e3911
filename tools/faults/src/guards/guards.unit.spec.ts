import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workspaceRoot } from '../cluster/workspace.ts';
import { guards, guardsNamed } from './guards.ts';

const textOf = (file: string): string => readFileSync(join(workspaceRoot, file), 'utf8');
const page = textOf('docs/reference/guarantees.md');

/** A spec file with all contracts and the rules of the conformance kit, whose titles it may run. */
function titlesIn(file: string): string {
  const all = ['libs/**/src/**/*.contract.ts', 'libs/testing/src/*/contract/*-rules.ts'];
  const contracts = globSync(all, { cwd: workspaceRoot });
  return [file, ...contracts].map(textOf).join('\n');
}

describe('the guards', () => {
  it.each(guards)(
    '$id stands in its file exactly once, and is another text when it is taken out',
    ({ file, text, without }) => {
      expect(textOf(file).split(text).length - 1).toBe(1);
      expect(without).not.toBe(text);
    },
  );

  it.each(guards)('$id has tests that are there', ({ specs }) => {
    expect(specs.length).toBeGreaterThan(0);
    for (const { file, titles } of specs) {
      expect(titles.length).toBeGreaterThan(0);
      // A title in quotes has its own escaped in the source.
      const source = titlesIn(file).replaceAll("\\'", "'");
      for (const title of titles)
        expect([file, dirname(file), source.includes(title) && title !== '']).toContain(true);
    }
  });

  it('have unique ids, and every promise has some', () => {
    expect(new Set(guards.map(({ id }) => id)).size).toBe(guards.length);
    const promises = Array.from({ length: 14 }, (_, index) => `G${index + 1}`);
    expect([...new Set(guards.map(({ promise }) => promise))]).toEqual(promises);
  });

  it('are exactly those that the page of guarantees names, each with its file', () => {
    const named = [...page.matchAll(/^- (G\d+) `([a-z-]+)`: .*\. `([^`]+)`$/gm)].map(
      ([, promise, id, file]) => `${promise} ${id} ${file}`,
    );
    expect(named).toEqual(guards.map(({ promise, id, file }) => `${promise} ${id} ${file}`));
  });

  it('are chosen by id or promise, and not by anything else', () => {
    expect(guardsNamed([])).toEqual(guards);
    expect(guardsNamed(['G1'])).toEqual(guards.filter(({ promise }) => promise === 'G1'));
    expect(guardsNamed(['refresh-before-the-switch'])).toHaveLength(1);
    expect(() => guardsNamed(['G15', 'nothing'])).toThrow('No guard or promise is called G15, nothing');
  });
});

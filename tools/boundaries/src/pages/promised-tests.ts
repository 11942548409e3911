/** A test that a page names: the spec files of its line, or the rules of the conformance kit, and the parts of its title between ellipses. */
export interface PromisedTest {
  readonly files: readonly string[];
  readonly title: string;
  readonly parts: readonly string[];
}

/** The tests that a page names, as ``- `file.spec.ts` "title", "title"`` or in the row of a table; `…` stands for what is left out of a title. */
export function promisedTests(text: string): PromisedTest[] {
  return [...text.matchAll(/^ *[-|] (.*`[\w.-]+(?:\.spec|\.contract|-rules)\.ts`.*)$/gm)].flatMap(
    ([, line = '']) => {
      const files = [...line.matchAll(/`([\w.-]+(?:\.spec|\.contract|-rules)\.ts)`/g)].map(
        ([, file = '']) => file,
      );
      return [...line.matchAll(/"([^"]+)"/g)].map(([, title = '']) => ({
        files,
        title,
        parts: title
          .split('…')
          .map((part) => part.trim())
          .filter(Boolean),
      }));
    },
  );
}

/** Those of `tests` whose title none of their files holds, as `file: title`. `sources` gives the text of the files of a name. */
export function missingTests(
  tests: readonly PromisedTest[],
  sources: (file: string) => readonly string[],
): string[] {
  return tests
    .filter(({ files, parts }) => {
      // A title may be written in several strings, with its own quotes escaped.
      const texts = files
        .flatMap(sources)
        .map((text) => text.replace(/['`"]\s*\+\s*['`"]/g, '').replaceAll("\\'", "'"));
      return !texts.some((text) => parts.every((part) => text.includes(part)));
    })
    .map(({ files, title }) => `${files.join(', ')}: ${title}`);
}

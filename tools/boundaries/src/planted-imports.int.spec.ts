import { constraints } from './constraints.mjs';
import { runMain } from './run-main.ts';
import { boundaries, perRow, type Plant } from './testing/plants.ts';

const syntax = 'no-restricted-syntax';
const lazily = '@typescript-eslint/no-restricted-imports';

/** Ways around the rows. */
const waysAround: Record<string, readonly Plant[]> = {
  'a relative path into another project': [
    {
      at: 'libs/read_model/feed',
      code: "import '../../../outbox/src/index.ts';",
      rule: boundaries,
      says: 'relative',
    },
  ],
  'an import() call': [{ at: 'libs/read_model/documents', code: "await import('pg');", rule: boundaries }],
  'a re-export': [
    { at: 'libs/read_model/feed', code: "export { append } from '@reprise/outbox';", rule: boundaries },
  ],
  'a type-only import': [
    {
      at: 'libs/read_model/feed',
      code: "import type { Outbox } from '@reprise/outbox';\nexport type A = Outbox;",
      rule: boundaries,
    },
  ],
  'an import in a type': [
    {
      at: 'libs/read_model/documents',
      code: "export type Client = import('pg').Client;",
      rule: '@typescript-eslint/consistent-type-imports',
    },
  ],
  'a computed import() call': [
    {
      at: 'libs/read_model/documents',
      code: "await import(['p', 'g'].join(''));",
      rule: syntax,
      says: 'string literal',
    },
    { at: 'libs/read_model/documents', code: 'await import(`pg`);', rule: syntax, says: 'string literal' },
  ],
  createRequire: [
    {
      at: 'apps/rebuild-job',
      code: "import { createRequire } from 'node:module';",
      rule: syntax,
      says: 'createRequire',
    },
    {
      at: 'apps/rebuild-job',
      code: "import * as m from 'node:module';\nm.createRequire('');",
      rule: syntax,
      says: 'createRequire',
    },
    {
      at: 'apps/rebuild-job',
      code: "process.getBuiltinModule('node:module');",
      rule: syntax,
      says: 'getBuiltinModule',
    },
  ],
  'a question that an account without a name cannot answer': [
    { at: 'apps/console', code: "import { userInfo } from 'node:os';", rule: syntax, says: 'thisProcess' },
    {
      at: 'libs/relay',
      code: "import * as os from 'node:os';\nos.userInfo();",
      rule: syntax,
      says: 'thisProcess',
    },
  ],
  'the require function': [
    {
      at: 'apps/rebuild-job',
      code: "export const k = require('kafkajs');",
      rule: '@typescript-eslint/no-require-imports',
    },
    {
      at: 'apps/rebuild-job',
      code: "import k = require('kafkajs');\nexport { k };",
      rule: syntax,
      says: 'import declaration',
    },
  ],
  'an inner file of a package': [
    {
      at: 'libs/relay',
      code: "import 'kafkajs/src/producer/index.js';",
      rule: syntax,
      says: 'inner files',
    },
    {
      at: 'libs/relay',
      code: "await import('kafkajs/src/producer/index.js');",
      rule: syntax,
      says: 'inner files',
    },
  ],
  'a circle between files': [
    {
      at: 'libs/read_model/feed/src/dead-letters/dead-letter.ts',
      code: "export { letterId } from './letter-headers.ts';",
      rule: 'import-x/no-cycle',
      says: 'cycle',
    },
  ],
  'a package that is not declared': [
    { at: 'apps/outbox-relay', code: "import 'left-pad';", rule: boundaries, says: 'package.json' },
  ],
  'a built-in module in a pure project': [
    { at: 'libs/events', code: "import 'node:fs';", rule: syntax, says: 'built-in' },
    { at: 'libs/product/domain', code: "import 'net';", rule: syntax, says: 'built-in' },
    { at: 'libs/read_model/documents', code: "import 'fs/promises';", rule: syntax, says: 'built-in' },
    { at: 'libs/read_model/projections', code: "await import('node:http');", rule: syntax, says: 'built-in' },
    { at: 'libs/read_model/documents', code: "import 'node:crypto';", rule: undefined },
  ],
  'the clock, chance or I/O in a pure project': [
    { at: 'libs/read_model/projections', code: 'Date.now();', rule: 'no-restricted-properties' },
    { at: 'libs/read_model/projections', code: 'Math.random();', rule: 'no-restricted-properties' },
    { at: 'libs/read_model/projections', code: 'export const now = new Date();', rule: syntax, says: 'time' },
    {
      at: 'libs/product/domain',
      code: "export const home = process.env['HOME'];",
      rule: 'no-restricted-globals',
    },
    { at: 'libs/events', code: "void fetch('http://localhost');", rule: 'no-restricted-globals' },
  ],
  'what is loaded where it is used': [
    {
      at: 'libs/nestjs',
      code: "import { planRebuild } from '@reprise/read-model-rebuild';\nvoid planRebuild;",
      rule: lazily,
      says: 'import()',
    },
    {
      at: 'libs/nestjs',
      code: "export const load = () => import('@reprise/read-model-rebuild');",
      rule: undefined,
    },
    {
      at: 'libs/read_model/feed',
      code: "import { Admin } from '@platformatic/kafka';\nvoid Admin;",
      rule: lazily,
      says: 'kafka-client.ts',
    },
  ],
  'what a library offers for tests': [
    { at: 'apps/product-api', code: "import '@reprise/events/testing';", rule: syntax, says: 'Only tests' },
  ],
  'a comment that switches rules off': [
    { at: 'libs/read_model/documents', code: "/* eslint-disable */\nimport 'pg';", rule: boundaries },
    { at: 'libs/read_model/documents', code: "// eslint-disable-next-line\nimport 'pg';", rule: boundaries },
  ],
};

/** What tests may: the same code in a test file and beside it. */
const spec = 'libs/outbox/src/planted.int.spec.ts';
const inTests: Record<string, readonly Plant[]> = {
  'the test kit, from tests only': [
    { at: spec, code: "import '@reprise/test-kit';", rule: undefined },
    {
      at: 'libs/outbox',
      code: "import '@reprise/test-kit';",
      rule: boundaries,
      says: 'scope:write',
    },
  ],
  'every test, always': [
    { at: spec, code: "it.only('x', () => {});", rule: syntax, says: 'Every test' },
    { at: spec, code: "describe.skip('x', () => {});", rule: syntax, says: 'Every test' },
    { at: spec, code: "it.skip.each([1])('x', () => {});", rule: syntax, says: 'Every test' },
    { at: spec, code: "xit('x', () => {});", rule: syntax, says: 'Every test' },
  ],
};

describe('ESLint', () => {
  const groups = { ...perRow, ...waysAround, ...inTests };
  const plants = Object.values(groups).flat();
  const reports = new Map<Plant, readonly { rule: string; message: string }[]>();

  beforeAll(async () => {
    const samples = plants.map((plant) => ({
      file: plant.at.endsWith('.ts') ? plant.at : `${plant.at}/src/planted.ts`,
      code: plant.code,
    }));
    const { output, errors, code } = await runMain(['lint'], JSON.stringify(samples));
    if (code !== 0) throw new Error(`ESLint did not run: ${errors}`);
    JSON.parse(output).forEach((report: [], index: number) => reports.set(plants[index] as Plant, report));
  });

  it('is given an import for every row', () => {
    expect(Object.keys(perRow)).toEqual(constraints.map(({ id }) => id));
  });

  for (const [about, planted] of Object.entries(groups)) {
    it.each(planted)(`judges ${about}: $code in $at`, (plant) => {
      const report = reports.get(plant) ?? [];
      if (plant.rule === undefined) {
        expect(report).toEqual([]);
        return;
      }
      const { rule, says = '' } = plant;
      expect(report).toContainEqual({ rule, message: expect.stringContaining(says) });
    });
  }
});

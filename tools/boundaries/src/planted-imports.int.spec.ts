import { constraints, contexts } from './constraints.mjs';
import { runMain } from './run-main.ts';

const boundaries = '@nx/enforce-module-boundaries';
const syntax = 'no-restricted-syntax';

interface Plant {
  /** Project in which the code is linted, as a file that is not there, or a file's own path. */
  readonly at: string;
  readonly code: string;
  /** ESLint rule that must report it, and words of its message; no rule where nothing may be reported. */
  readonly rule: string | undefined;
  readonly says?: string;
}

/** For each row, an import that only this row forbids; the report names the row's tag. */
const perRow: Record<string, readonly Plant[]> = {
  'log-alone': [importing('libs/events', '@reprise/runtime', 'scope:log')],
  'contexts-list': [importing('libs/contexts', '@reprise/outbox', 'scope:contexts')],
  'write-side': [
    importing('apps/product-api', '@reprise/read-model-documents', 'scope:write'),
    importing('libs/outbox', '@elastic/elasticsearch', 'scope:write'),
  ],
  'read-side': [
    importing('libs/read_model/feed', '@reprise/outbox', 'scope:read'),
    importing('libs/read_model/projections', '@reprise/product-domain', 'scope:read'),
    importing('libs/read_model/repair', '@reprise/outbox', 'scope:read'),
    importing('libs/read_model/repair', '@reprise/read-model-rebuild', 'scope:read'),
    importing('apps/projection-consumer', '@reprise/read-model-rebuild', 'scope:read'),
    importing('libs/read_model/indices', 'typeorm', 'scope:read'),
  ],
  'rebuild-job-only': [
    importing('libs/read_model/rebuild', '@reprise/outbox', 'scope:rebuild'),
    importing('apps/rebuild-job', '@reprise/product-domain', 'scope:rebuild'),
    importing('libs/read_model/rebuild', 'typeorm', 'scope:rebuild'),
  ],
  'rebuild-joins-no-group': [
    importing('libs/read_model/rebuild', 'kafkajs', 'scope:rebuild'),
    importing('libs/read_model/rebuild', 'kafkajs/src/consumer/index.js', 'scope:rebuild'),
  ],
  'search-reads-documents': [importing('apps/search-api', '@reprise/read-model-indices', 'scope:search')],
  'search-side': [
    importing('apps/search-api', '@reprise/product-domain', 'scope:search'),
    importing('apps/search-api', '@platformatic/kafka', 'scope:search'),
  ],
  'schema-scope': [
    importing('apps/migrate', '@reprise/read-model-rebuild', 'scope:schema'),
    importing('apps/migrate', 'kafkajs', 'scope:schema'),
  ],
  'runtime-alone': [
    importing('libs/runtime', '@reprise/read-model-documents', 'scope:runtime'),
    importing('libs/runtime', 'pg', 'scope:runtime'),
  ],
  'test-scope': [importing('libs/test-kit', '@reprise/read-model-documents', 'scope:test')],
  'tools-scope': [
    importing('tools/sample', '@reprise/read-model-rebuild', 'scope:tools'),
    importing('tools/sample', '@reprise/test-kit', 'scope:tools'),
  ],
  'bench-scope': [importing('tools/bench', '@reprise/test-kit', 'scope:bench')],
  'faults-scope': [importing('tools/faults', '@reprise/read-model-rebuild', 'scope:faults')],
  'contract-is-pure': [importing('libs/events', 'kafkajs', 'type:contract')],
  'domain-is-pure': [
    importing('libs/read_model/projections', '@reprise/runtime', 'type:domain'),
    importing('libs/product/domain', 'pg', 'type:domain'),
    importing('libs/read_model/documents', '@elastic/elasticsearch', 'type:domain'),
  ],
  'adapter-type': [importing('libs/read_model/indices', '@nestjs/common', 'type:adapter')],
  'feature-type': [
    importing('libs/read_model/rebuild', '@nestjs/microservices', 'type:feature'),
    importing('libs/read_model/repair', '@nestjs/common', 'type:feature'),
  ],
  'frame-type': [importing('libs/write-api', '@reprise/outbox-relay', 'type:frame')],
  'apps-import-no-app': [
    importing('apps/product-api', '@reprise/outbox-relay', 'type:app'),
    importing('apps/product-api', '@reprise/test-kit', 'scope:write'),
  ],
  'engine-knows-no-context': [
    importing('libs/write-api', '@reprise/recruiting-domain', 'context:none'),
    importing('libs/outbox', '@reprise/product-events', 'context:none'),
    importing('libs/read_model/rebuild', '@reprise/product-read-model', 'context:none'),
  ],
  ...Object.fromEntries(contexts.map((context) => [`${context}-alone`, importingAnother(context)])),
};

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
      at: 'apps/outbox-relay',
      code: "import 'kafkajs/src/producer/index.js';",
      rule: syntax,
      says: 'inner files',
    },
    {
      at: 'apps/outbox-relay',
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

function importing(at: string, imported: string, tag: string): Plant {
  return { at, code: `import '${imported}';`, rule: boundaries, says: `"${tag}"` };
}

/** In each project of a context, an import of another one. */
function importingAnother(context: string): readonly Plant[] {
  const other = contexts.find((one) => one !== context)!;
  return [
    importing(`apps/${context}-api`, `@reprise/${other}-domain`, `context:${context}`),
    importing(`libs/${context}/domain`, `@reprise/${other}-events`, `context:${context}`),
  ];
}

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
  }, 60_000);

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

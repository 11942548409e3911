import { constraints, contexts } from './constraints.mjs';
import { findViolations } from './violations.ts';

interface Edge {
  readonly from: readonly string[];
  /** Tags of the imported project, or the name of a package. */
  readonly to: readonly string[] | string;
  readonly inTest?: boolean;
}

const contract = ['scope:log', 'type:contract', 'context:none'];
const productEvents = ['scope:log', 'type:contract', 'context:product'];
const recruitingEvents = ['scope:log', 'type:contract', 'context:recruiting'];
const contextList = ['scope:contexts', 'type:runtime', 'context:none'];
const aggregate = ['scope:write', 'type:domain', 'context:product'];
const outbox = ['scope:write', 'type:adapter', 'context:none'];
const frame = ['scope:write', 'type:frame', 'context:none'];
const writeApp = ['scope:write', 'type:app', 'context:product'];
const documents = ['scope:read', 'type:domain', 'context:none'];
const stores = ['scope:read', 'type:adapter', 'context:none'];
const feed = ['scope:read', 'type:feature', 'context:none'];
const readApp = ['scope:read', 'type:app', 'context:all'];
const rebuild = ['scope:rebuild', 'type:feature', 'context:none'];
const rebuildJob = ['scope:rebuild', 'type:app', 'context:all'];
const searchApi = ['scope:search', 'type:app', 'context:product'];
const migrate = ['scope:schema', 'type:migration', 'context:all'];
const runtime = ['scope:runtime', 'type:runtime', 'context:none'];
const testKit = ['scope:test', 'type:test', 'context:all'];
const tool = ['scope:tools', 'type:tool', 'context:all'];
const bench = ['scope:bench', 'type:tool', 'context:all'];
const faults = ['scope:faults', 'type:tool', 'context:all'];

/** What any context may import, and what it may not. */
function examplesOf(context: string): { allowed: readonly Edge[]; forbidden: readonly Edge[] } {
  const other = contexts.find((one) => one !== context)!;
  const events = (of: string) => ['scope:log', 'type:contract', `context:${of}`];
  const domain = ['scope:write', 'type:domain', `context:${context}`];
  const api = ['scope:write', 'type:app', `context:${context}`];
  return {
    allowed: [
      { from: api, to: domain },
      { from: domain, to: events(context) },
      { from: events(context), to: contract },
      { from: api, to: outbox },
    ],
    forbidden: [
      { from: events(context), to: events(other) },
      { from: domain, to: events(other) },
      { from: api, to: events(other), inTest: true },
    ],
  };
}

/** For each row, imports that keep it and imports that break it. */
const examples: Record<string, { allowed: readonly Edge[]; forbidden: readonly Edge[] }> = {
  'log-alone': {
    allowed: [{ from: contract, to: contract }],
    forbidden: [
      { from: contract, to: runtime },
      { from: contract, to: documents },
    ],
  },
  'contexts-list': {
    allowed: [
      { from: contextList, to: contract },
      { from: readApp, to: contextList },
    ],
    forbidden: [
      { from: contextList, to: documents },
      { from: contextList, to: outbox },
    ],
  },
  'write-side': {
    allowed: [
      { from: writeApp, to: outbox },
      { from: writeApp, to: 'kafkajs' },
    ],
    forbidden: [
      { from: writeApp, to: documents },
      { from: outbox, to: '@elastic/elasticsearch' },
      { from: writeApp, to: '@platformatic/kafka' },
    ],
  },
  'read-side': {
    allowed: [
      { from: readApp, to: feed },
      { from: feed, to: contract },
    ],
    forbidden: [
      { from: feed, to: outbox },
      { from: documents, to: aggregate },
      { from: readApp, to: rebuild },
      { from: stores, to: 'typeorm' },
      { from: feed, to: outbox, inTest: true },
    ],
  },
  'rebuild-job-only': {
    allowed: [
      { from: rebuildJob, to: rebuild },
      { from: rebuild, to: stores },
    ],
    forbidden: [
      { from: rebuild, to: outbox },
      { from: rebuildJob, to: aggregate },
      { from: rebuild, to: 'typeorm' },
    ],
  },
  'rebuild-joins-no-group': {
    allowed: [
      { from: rebuild, to: '@platformatic/kafka' },
      { from: rebuild, to: 'kafkajs', inTest: true },
    ],
    forbidden: [
      { from: rebuild, to: 'kafkajs' },
      { from: rebuildJob, to: 'kafkajs' },
    ],
  },
  'search-reads-documents': {
    allowed: [
      { from: searchApi, to: documents },
      { from: searchApi, to: runtime },
    ],
    forbidden: [
      { from: searchApi, to: stores },
      { from: searchApi, to: feed },
    ],
  },
  'search-side': {
    allowed: [{ from: searchApi, to: '@elastic/elasticsearch' }],
    forbidden: [
      { from: searchApi, to: aggregate },
      { from: searchApi, to: 'kafkajs' },
    ],
  },
  'schema-scope': {
    allowed: [
      { from: migrate, to: writeApp },
      { from: migrate, to: stores },
    ],
    forbidden: [
      { from: migrate, to: rebuild },
      { from: migrate, to: 'kafkajs' },
    ],
  },
  'runtime-alone': {
    allowed: [{ from: runtime, to: 'pino' }],
    forbidden: [
      { from: runtime, to: contract },
      { from: runtime, to: 'pg' },
    ],
  },
  'test-scope': {
    allowed: [{ from: testKit, to: contract }],
    forbidden: [{ from: testKit, to: stores }],
  },
  'tools-scope': {
    allowed: [{ from: tool, to: outbox }],
    forbidden: [
      { from: tool, to: rebuild },
      { from: tool, to: testKit },
    ],
  },
  'bench-scope': {
    allowed: [
      { from: bench, to: rebuild },
      { from: bench, to: tool },
    ],
    forbidden: [{ from: bench, to: testKit }],
  },
  'faults-scope': {
    allowed: [
      { from: faults, to: testKit },
      { from: faults, to: tool },
    ],
    forbidden: [
      { from: faults, to: rebuild },
      { from: faults, to: searchApi },
    ],
  },
  'contract-is-pure': {
    allowed: [
      { from: contract, to: 'ajv' },
      { from: contract, to: 'fast-check', inTest: true },
      { from: contract, to: 'zod', inTest: true },
    ],
    forbidden: [
      { from: contract, to: documents },
      { from: contract, to: 'kafkajs' },
      { from: contract, to: 'fast-check' },
      { from: contract, to: 'zod' },
    ],
  },
  'domain-is-pure': {
    allowed: [
      { from: documents, to: contract },
      { from: aggregate, to: contract },
    ],
    forbidden: [
      { from: documents, to: runtime },
      { from: documents, to: 'pg' },
      { from: aggregate, to: 'typeorm' },
      { from: aggregate, to: 'ajv' },
    ],
  },
  'adapter-type': {
    allowed: [{ from: stores, to: documents }],
    forbidden: [
      { from: stores, to: feed },
      { from: stores, to: '@nestjs/common' },
    ],
  },
  'feature-type': {
    allowed: [{ from: feed, to: stores }],
    forbidden: [
      { from: feed, to: readApp },
      { from: rebuild, to: '@nestjs/microservices' },
    ],
  },
  'frame-type': {
    allowed: [
      { from: frame, to: outbox },
      { from: frame, to: '@nestjs/common' },
    ],
    forbidden: [{ from: frame, to: writeApp }],
  },
  'apps-import-no-app': {
    allowed: [
      { from: writeApp, to: frame },
      { from: writeApp, to: outbox },
      { from: readApp, to: '@nestjs/microservices' },
    ],
    forbidden: [
      { from: writeApp, to: writeApp },
      { from: writeApp, to: tool },
      { from: writeApp, to: testKit },
    ],
  },
  'engine-knows-no-context': {
    allowed: [
      { from: frame, to: outbox },
      { from: feed, to: productEvents, inTest: true },
    ],
    forbidden: [
      { from: frame, to: recruitingEvents },
      { from: feed, to: productEvents },
    ],
  },
  ...Object.fromEntries(contexts.map((context) => [`${context}-alone`, examplesOf(context)])),
};

function rulesBroken({ from, to, inTest = false }: Edge): string[] {
  const target = typeof to === 'string' ? `npm:${to}` : 'imported';
  const projects = [
    { name: 'importing', tags: from },
    { name: 'imported', tags: typeof to === 'string' ? documents : to },
  ];
  const imports = [{ source: 'importing', target, file: 'importing/src/file.ts', inTest }];
  return findViolations({ projects, imports }, constraints).map(({ rule }) => rule);
}

describe('The import rules', () => {
  it('have examples on both sides of every row', () => {
    expect(Object.keys(examples)).toEqual(constraints.map(({ id }) => id));
  });

  for (const [id, { allowed, forbidden }] of Object.entries(examples)) {
    it.each(allowed)(`allow by ${id} that $from imports $to`, (edge) => {
      expect(rulesBroken(edge)).toEqual([]);
    });

    it.each(forbidden)(`forbid by ${id} that $from imports $to`, (edge) => {
      expect(rulesBroken(edge)).toContain(id);
    });
  }

  it('let test files, and only them, import the test kit', () => {
    for (const from of [
      contract,
      aggregate,
      outbox,
      writeApp,
      feed,
      rebuild,
      searchApi,
      runtime,
      tool,
      bench,
    ]) {
      expect(rulesBroken({ from, to: testKit, inTest: true })).toEqual([]);
      expect(rulesBroken({ from, to: testKit })).not.toEqual([]);
    }
  });
});

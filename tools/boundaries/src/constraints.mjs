/**
 * Who may import whom, as data. ESLint reads these rows (eslint.config.mjs), the tests of this project judge the real
 * project graph by them, and docs/reference/architecture.md prints them.
 *
 * Every project carries exactly one tag of each axis. An import must satisfy every row whose source tag the importing project
 * carries, so a row can only forbid more, never allow what another row forbids. `onlyDependOnLibsWithTags` is closed under
 * following imports (what a tag may reach never reaches further than the tag itself), so reach through a third project needs no
 * separate row.
 */

/** What a project belongs to. */
export const scopes = [
  'log',
  'contexts',
  'write',
  'read',
  'rebuild',
  'search',
  'schema',
  'runtime',
  'test',
  'tools',
  'bench',
  'faults',
];

/** What kind of thing a project is, from the innermost outwards. */
export const types = [
  'contract',
  'domain',
  'runtime',
  'adapter',
  'feature',
  'frame',
  'app',
  'migration',
  'test',
  'tool',
];

/** Bounded contexts. A new one is a new name here and nothing else. */
export const contexts = ['product', 'recruiting'];

/** Whose a project is: nobody's, for the engine, which serves any context; that of one context; or that of all, for what runs them. */
export const owners = ['none', ...contexts, 'all'];

/** @param {string} context */
const contextAlone = (context) => ({
  id: `${context}-alone`,
  sourceTag: `context:${context}`,
  onlyDependOnLibsWithTags: [`context:${context}`, 'context:none'],
  because: 'contexts meet through their event logs: no context imports another',
});

/** @type {readonly import('./constraints.mjs').Constraint[]} */
export const constraints = [
  {
    id: 'log-alone',
    sourceTag: 'scope:log',
    onlyDependOnLibsWithTags: ['scope:log'],
    because: 'the events are the contract between both sides and must not know either',
  },
  {
    id: 'contexts-list',
    sourceTag: 'scope:contexts',
    onlyDependOnLibsWithTags: ['scope:contexts', 'scope:log', 'scope:runtime'],
    because: 'which contexts there are is known to both sides, so the list knows neither',
  },
  {
    id: 'write-side',
    sourceTag: 'scope:write',
    onlyDependOnLibsWithTags: ['scope:write', 'scope:contexts', 'scope:log', 'scope:runtime'],
    bannedExternalImports: ['@platformatic/*', '@elastic/*'],
    because: 'the write side ends at the event log: it knows no read model and no search engine',
  },
  {
    id: 'read-side',
    sourceTag: 'scope:read',
    onlyDependOnLibsWithTags: ['scope:read', 'scope:contexts', 'scope:log', 'scope:runtime'],
    bannedExternalImports: ['typeorm*', '@nestjs/typeorm*'],
    because:
      'read models come from events alone, never from the write tables, and live feeding does not need the rebuild',
  },
  {
    id: 'rebuild-job-only',
    sourceTag: 'scope:rebuild',
    onlyDependOnLibsWithTags: ['scope:rebuild', 'scope:read', 'scope:contexts', 'scope:log', 'scope:runtime'],
    bannedExternalImports: ['typeorm*', '@nestjs/typeorm*'],
    because: 'only the rebuild job reaches the rebuild, and it cannot reach the write side',
  },
  {
    id: 'rebuild-joins-no-group',
    sourceTag: 'scope:rebuild',
    bannedExternalImports: ['kafkajs*'],
    because: 'kafkajs cannot read without joining a consumer group, and a rebuild joins none',
    relaxedInTests: true,
  },
  {
    id: 'search-reads-documents',
    allSourceTags: ['scope:search', 'type:app'],
    onlyDependOnLibsWithTags: ['type:domain', 'type:runtime'],
    because: 'queries know document types and the read alias, not generations or how they are written',
  },
  {
    id: 'search-side',
    sourceTag: 'scope:search',
    onlyDependOnLibsWithTags: ['scope:search', 'scope:read', 'scope:runtime'],
    bannedExternalImports: [
      'typeorm*',
      '@nestjs/typeorm*',
      '@nestjs/microservices*',
      'kafkajs*',
      '@platformatic/*',
    ],
    because: 'queries read a store through its alias or view and nothing else',
  },
  {
    id: 'schema-scope',
    sourceTag: 'scope:schema',
    onlyDependOnLibsWithTags: ['scope:schema', 'scope:write', 'scope:read', 'scope:log', 'scope:runtime'],
    bannedExternalImports: ['kafkajs*', '@platformatic/*', '@elastic/*'],
    because:
      'what migrates owns the schemas of both sides, which stand beside their applications, and speaks to databases only',
  },
  {
    id: 'runtime-alone',
    sourceTag: 'scope:runtime',
    onlyDependOnLibsWithTags: ['scope:runtime'],
    bannedExternalImports: ['typeorm*', 'pg', 'pg/*', 'kafkajs*', '@platformatic/*', '@elastic/*'],
    because: 'configuration, logging and shutdown know nothing of products and hold no driver',
  },
  {
    id: 'test-scope',
    sourceTag: 'scope:test',
    onlyDependOnLibsWithTags: ['scope:test', 'scope:log', 'scope:runtime'],
    because: 'every project can use the test kit in its tests only as long as the kit uses none of them',
  },
  {
    id: 'tools-scope',
    sourceTag: 'scope:tools',
    onlyDependOnLibsWithTags: [
      'scope:tools',
      'scope:contexts',
      'scope:log',
      'scope:write',
      'scope:read',
      'scope:runtime',
    ],
    because:
      'tools drive the product through its libraries; only the benchmark measures the rebuild from inside',
  },
  {
    id: 'bench-scope',
    sourceTag: 'scope:bench',
    onlyDependOnLibsWithTags: [
      'scope:tools',
      'scope:contexts',
      'scope:log',
      'scope:write',
      'scope:read',
      'scope:rebuild',
      'scope:runtime',
    ],
    because: 'the benchmark measures everything but the test kit, which is for tests',
  },
  {
    id: 'faults-scope',
    sourceTag: 'scope:faults',
    onlyDependOnLibsWithTags: [
      'scope:faults',
      'scope:tools',
      'scope:test',
      'scope:contexts',
      'scope:log',
      'scope:write',
      'scope:read',
      'scope:runtime',
    ],
    because:
      'what breaks the platform on purpose is a test of processes: it breaks them with the test kit, from outside',
  },
  {
    id: 'contract-is-pure',
    sourceTag: 'type:contract',
    onlyDependOnLibsWithTags: ['type:contract'],
    allowedExternalImports: ['ajv*', 'ajv-formats*', 'uuid'],
    because: 'the event contract is types, schemas and their codec',
  },
  {
    id: 'domain-is-pure',
    sourceTag: 'type:domain',
    onlyDependOnLibsWithTags: ['type:domain', 'type:contract'],
    allowedExternalImports: [],
    because: 'aggregates, documents and projections are pure: same events, same result, on any machine',
  },
  {
    id: 'adapter-type',
    sourceTag: 'type:adapter',
    onlyDependOnLibsWithTags: ['type:adapter', 'type:domain', 'type:contract', 'type:runtime'],
    bannedExternalImports: ['@nestjs/*'],
    because: 'an adapter speaks to one store and needs no framework',
  },
  {
    id: 'feature-type',
    sourceTag: 'type:feature',
    onlyDependOnLibsWithTags: [
      'type:feature',
      'type:adapter',
      'type:domain',
      'type:contract',
      'type:runtime',
    ],
    bannedExternalImports: ['@nestjs/*'],
    because: 'feeding and rebuilding must run in any process, framework or none',
  },
  {
    id: 'frame-type',
    sourceTag: 'type:frame',
    onlyDependOnLibsWithTags: ['type:frame', 'type:adapter', 'type:domain', 'type:contract', 'type:runtime'],
    because: 'what applications of one kind have in common brings its framework and knows none of them',
  },
  {
    id: 'apps-import-no-app',
    sourceTag: 'type:app',
    onlyDependOnLibsWithTags: [
      'type:frame',
      'type:feature',
      'type:adapter',
      'type:domain',
      'type:contract',
      'type:runtime',
    ],
    because: 'apps meet through Kafka, the stores and HTTP, never through imports; tools are for developers',
  },
  {
    id: 'engine-knows-no-context',
    sourceTag: 'context:none',
    onlyDependOnLibsWithTags: ['context:none'],
    because: 'a context is data to the engine; only its tests take a context as their example',
    relaxedInTests: true,
  },
  ...contexts.map(contextAlone),
];

/** Packages that every test file may import whatever its project. */
export const testPackages = ['@jest/globals', 'cloudevents', 'fast-check', 'zod'];

/** Tags that every test file may import whatever its project. */
export const testTags = { scope: 'scope:test', type: 'type:test' };

/** Tests, contract suites that specs run, and what a library offers for the tests of others (its `/testing` subpath). */
export const testFiles = ['**/*.spec.ts', '**/*.contract.ts', '**/src/testing/**'];

/** Inner files of packages whose documentation says to import them. */
export const documentedInnerFiles = ['ajv/dist/2020.js'];

/** Built-in modules that pure projects (`type:contract`, `type:domain`) may use: functions of their input only. */
export const pureBuiltins = ['node:crypto'];

/**
 * The rows as `@nx/enforce-module-boundaries` takes them.
 *
 * @param {readonly import('./constraints.mjs').Constraint[]} rows
 * @param {{ inTests: boolean }} options whether the importing files are tests
 * @returns {import('./constraints.mjs').NxConstraint[]}
 */
export function depConstraints(rows, { inTests }) {
  return rows.filter((row) => !(inTests && row.relaxedInTests)).map((row) => nxConstraint(row, { inTests }));
}

function nxConstraint(row, { inTests }) {
  const {
    sourceTag,
    allSourceTags,
    onlyDependOnLibsWithTags,
    bannedExternalImports,
    allowedExternalImports,
  } = row;
  const tag = onlyDependOnLibsWithTags?.[0]?.startsWith('type:') ? testTags.type : testTags.scope;
  return {
    ...(sourceTag && { sourceTag }),
    ...(allSourceTags && { allSourceTags }),
    ...(onlyDependOnLibsWithTags && {
      onlyDependOnLibsWithTags: inTests ? [...onlyDependOnLibsWithTags, tag] : onlyDependOnLibsWithTags,
    }),
    ...(bannedExternalImports && { bannedExternalImports }),
    ...(allowedExternalImports && {
      allowedExternalImports: inTests ? [...allowedExternalImports, ...testPackages] : allowedExternalImports,
    }),
  };
}

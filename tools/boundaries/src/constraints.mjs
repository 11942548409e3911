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
  'live',
  'rebuild',
  'command',
  'nest',
  'search',
  'console',
  'schema',
  'runtime',
  'test',
  'kit',
  'tools',
  'bench',
  'faults',
];

/** What kind of thing a project is, from the innermost outwards. */
export const types = [
  'contract',
  'domain',
  'runtime',
  'http',
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

/** What the read side reaches. */
const readSide = ['scope:read', 'scope:contexts', 'scope:log', 'scope:runtime'];

/** What applications are made of. */
const partsOfApps = ['frame', 'feature', 'adapter', 'domain', 'contract', 'http', 'runtime'].map(
  (type) => `type:${type}`,
);

const noDrivers = ['typeorm*', '@nestjs/typeorm*', '@nestjs/microservices*', 'kafkajs*', '@platformatic/*'];

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
    because: 'the events are the contract between both sides and must know neither',
  },
  {
    id: 'contexts-list',
    sourceTag: 'scope:contexts',
    onlyDependOnLibsWithTags: ['scope:contexts', 'scope:log', 'scope:runtime'],
    because: 'both sides know the list of contexts, so it must know neither',
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
    onlyDependOnLibsWithTags: readSide,
    bannedExternalImports: ['typeorm*', '@nestjs/typeorm*'],
    because: 'read models come only from events, never from the write tables',
  },
  {
    id: 'live-side',
    sourceTag: 'scope:live',
    onlyDependOnLibsWithTags: ['scope:live', 'scope:nest', ...readSide],
    bannedExternalImports: ['typeorm*', '@nestjs/typeorm*'],
    because: 'feeding joins consumer groups, unlike checks and rebuilds, and needs no rebuild',
  },
  {
    id: 'nest-module',
    sourceTag: 'scope:nest',
    onlyDependOnLibsWithTags: ['scope:nest', 'scope:live', 'scope:rebuild', ...readSide],
    bannedExternalImports: ['typeorm*', '@nestjs/typeorm*'],
    because: 'a Nest application feeds read models, and loads the rebuild only for a plan',
  },
  {
    id: 'rebuild-job-only',
    sourceTag: 'scope:rebuild',
    onlyDependOnLibsWithTags: ['scope:rebuild', ...readSide],
    bannedExternalImports: ['typeorm*', '@nestjs/typeorm*'],
    because: 'only commands and plans in Nest reach the rebuild, and it cannot reach the write side',
  },
  {
    id: 'rebuild-joins-no-group',
    sourceTag: 'scope:rebuild',
    bannedExternalImports: ['kafkajs*'],
    because: 'kafkajs cannot read without joining a consumer group, and a rebuild joins none',
    relaxedInTests: true,
  },
  {
    id: 'commands',
    sourceTag: 'scope:command',
    onlyDependOnLibsWithTags: ['scope:command', 'scope:rebuild', 'scope:live', 'scope:write', ...readSide],
    bannedExternalImports: [
      'typeorm*',
      '@nestjs/*',
      'kafkajs*',
      '@platformatic/*',
      '@elastic/*',
      'pg',
      'pg/*',
    ],
    because:
      'command line and façade start code that works on one side, and never talk to a server themselves',
    relaxedInTests: true,
  },
  {
    id: 'search-reads-documents',
    allSourceTags: ['scope:search', 'type:app'],
    onlyDependOnLibsWithTags: ['type:domain', 'type:http', 'type:runtime'],
    because: 'queries know document types and the read alias, but not generations or how to write them',
  },
  {
    id: 'search-side',
    sourceTag: 'scope:search',
    onlyDependOnLibsWithTags: ['scope:search', 'scope:read', 'scope:runtime'],
    bannedExternalImports: noDrivers,
    because: 'queries only read a store through its alias or view',
  },
  {
    id: 'console-scope',
    sourceTag: 'scope:console',
    onlyDependOnLibsWithTags: ['scope:console', ...readSide],
    bannedExternalImports: noDrivers,
    because: 'the console only reads, and starts the finite job as another process instead of importing it',
  },
  {
    id: 'schema-scope',
    sourceTag: 'scope:schema',
    onlyDependOnLibsWithTags: ['scope:schema', 'scope:write', 'scope:read', 'scope:log', 'scope:runtime'],
    bannedExternalImports: ['kafkajs*', '@platformatic/*', '@elastic/*'],
    because:
      'migrations own the schemas of both sides, which are next to their applications, and talk only to databases',
  },
  {
    id: 'runtime-alone',
    sourceTag: 'scope:runtime',
    onlyDependOnLibsWithTags: ['scope:runtime'],
    bannedExternalImports: ['typeorm*', 'pg', 'pg/*', 'kafkajs*', '@platformatic/*', '@elastic/*'],
    because: 'configuration, logging and shutdown know nothing about products and contain no driver',
  },
  {
    id: 'test-scope',
    sourceTag: 'scope:test',
    onlyDependOnLibsWithTags: ['scope:test', 'scope:log', 'scope:runtime'],
    because: 'every project can use the test kit in its tests only if the kit uses none of them',
  },
  {
    id: 'kit-scope',
    sourceTag: 'scope:kit',
    onlyDependOnLibsWithTags: ['scope:kit', 'scope:contexts', 'scope:log', 'scope:read', 'scope:runtime'],
    allowedExternalImports: [],
    because: 'the conformance kit knows the ports of stores and logs, and runs under any test runner',
  },
  {
    id: 'tools-scope',
    sourceTag: 'scope:tools',
    onlyDependOnLibsWithTags: ['scope:tools', 'scope:write', ...readSide],
    because:
      'tools drive the product through its libraries; only the benchmark measures the rebuild from inside',
  },
  {
    id: 'bench-scope',
    sourceTag: 'scope:bench',
    onlyDependOnLibsWithTags: ['scope:tools', 'scope:write', 'scope:rebuild', ...readSide],
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
    because: 'fault injection tests processes: it breaks them from outside, with the test kit',
  },
  {
    id: 'contract-is-pure',
    sourceTag: 'type:contract',
    onlyDependOnLibsWithTags: ['type:contract'],
    allowedExternalImports: ['ajv*', 'ajv-formats*'],
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
    id: 'runtime-type',
    sourceTag: 'type:runtime',
    onlyDependOnLibsWithTags: ['type:runtime', 'type:contract'],
    bannedExternalImports: ['@nestjs/*', 'fastify', '@fastify/*'],
    because: 'using the engine in another framework, or in none, must not install one',
  },
  {
    id: 'adapter-type',
    sourceTag: 'type:adapter',
    onlyDependOnLibsWithTags: ['type:adapter', 'type:domain', 'type:contract', 'type:runtime'],
    bannedExternalImports: ['@nestjs/*'],
    because: 'an adapter talks to one store and needs no framework',
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
    onlyDependOnLibsWithTags: partsOfApps,
    because: 'code shared by applications of one kind brings the framework and knows none of them',
  },
  {
    id: 'apps-import-no-app',
    sourceTag: 'type:app',
    onlyDependOnLibsWithTags: partsOfApps,
    because: 'apps meet through Kafka, the stores and HTTP, never through imports; tools are for developers',
  },
  {
    id: 'engine-knows-no-context',
    sourceTag: 'context:none',
    onlyDependOnLibsWithTags: ['context:none'],
    because: 'to the engine, a context is data; only its tests use a context as an example',
    relaxedInTests: true,
  },
  ...contexts.map(contextAlone),
];

/** Packages that every test file may import whatever its project. */
export const testPackages = ['@jest/globals', 'cloudevents', 'fast-check', 'zod'];

/** Tags that every test file may import whatever its project. */
export const testTags = { scope: ['scope:test', 'scope:kit'], type: ['type:test'] };

/** Tests, contract suites that specs run, and what a library offers for the tests of others (its `/testing` subpath). */
export const testFiles = ['**/*.spec.ts', '**/*.contract.ts', '**/src/testing/**'];

/** Pages: what they import is bundled when they are built, so that who runs the application installs none of it. */
export const bundledFiles = ['apps/console/web/**'];

/** Inner files of packages whose documentation says to import them. */
export const documentedInnerFiles = ['ajv/dist/2020.js'];

/** Built-in modules that pure projects (`type:contract`, `type:domain`) may use: functions of their input only. */
export const pureBuiltins = ['node:crypto'];

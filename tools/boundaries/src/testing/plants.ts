import { contexts } from '../constraints.mjs';

export const boundaries = '@nx/enforce-module-boundaries';

export interface Plant {
  /** Project in which the code is linted, as a file that is not there, or a file's own path. */
  readonly at: string;
  readonly code: string;
  /** ESLint rule that must report it, and words of its message; no rule where nothing may be reported. */
  readonly rule: string | undefined;
  readonly says?: string;
}

/** For each row, an import that only this row forbids; the report names the row's tag. */
export const perRow: Record<string, readonly Plant[]> = {
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
    importing('libs/read_model/indices', 'typeorm', 'scope:read'),
  ],
  'live-side': [
    importing('libs/read_model/live', '@reprise/outbox', 'scope:live'),
    importing('apps/projection-consumer', '@reprise/read-model-rebuild', 'scope:live'),
  ],
  'nest-module': [
    importing('libs/nestjs', 'typeorm', 'scope:nest'),
    importing('libs/nestjs', '@reprise/outbox', 'scope:nest'),
  ],
  'rebuild-job-only': [
    importing('libs/read_model/rebuild', '@reprise/outbox', 'scope:rebuild'),
    importing('libs/read_model/rebuild', 'typeorm', 'scope:rebuild'),
    importing('libs/read_model/rebuild', '@reprise/read-model-live', 'scope:rebuild'),
  ],
  'rebuild-joins-no-group': [
    importing('libs/read_model/rebuild', 'kafkajs', 'scope:rebuild'),
    importing('libs/read_model/rebuild', 'kafkajs/src/consumer/index.js', 'scope:rebuild'),
  ],
  commands: [
    importing('libs/cli', 'kafkajs', 'scope:command'),
    importing('apps/rebuild-job', '@reprise/test-kit', 'scope:command'),
  ],
  'search-reads-documents': [importing('apps/search-api', '@reprise/read-model-indices', 'scope:search')],
  'search-side': [
    importing('apps/search-api', '@reprise/product-domain', 'scope:search'),
    importing('apps/search-api', '@platformatic/kafka', 'scope:search'),
  ],
  'console-scope': [
    importing('apps/console', '@reprise/read-model-rebuild', 'scope:console'),
    importing('apps/console', '@platformatic/kafka', 'scope:console'),
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
  'kit-scope': [
    importing('libs/testing', '@reprise/outbox', 'scope:kit'),
    importing('libs/testing', 'pg', 'scope:kit'),
  ],
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
  'runtime-type': [
    importing('libs/contexts', '@reprise/http', 'type:runtime'),
    importing('libs/runtime', '@nestjs/common', 'type:runtime'),
  ],
  'adapter-type': [importing('libs/read_model/indices', '@nestjs/common', 'type:adapter')],
  'feature-type': [
    importing('libs/read_model/rebuild', '@nestjs/microservices', 'type:feature'),
    importing('libs/read_model/feed', '@reprise/http', 'type:feature'),
    importing('libs/read_model/live', '@nestjs/microservices', 'type:feature'),
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

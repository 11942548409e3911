import { constraints, contexts } from '../constraints.mjs';
import { findViolations } from '../violations.ts';

/** An import. */
export interface Edge {
  readonly from: readonly string[];
  /** Tags of the imported project, or the name of a package. */
  readonly to: readonly string[] | string;
  readonly inTest?: boolean;
}

/* Tags of projects of each kind. */
export const contract = ['scope:log', 'type:contract', 'context:none'];
export const productEvents = ['scope:log', 'type:contract', 'context:product'];
export const recruitingEvents = ['scope:log', 'type:contract', 'context:recruiting'];
export const contextList = ['scope:contexts', 'type:runtime', 'context:none'];
export const aggregate = ['scope:write', 'type:domain', 'context:product'];
export const outbox = ['scope:write', 'type:adapter', 'context:none'];
export const frame = ['scope:write', 'type:frame', 'context:none'];
export const writeApp = ['scope:write', 'type:app', 'context:product'];
export const documents = ['scope:read', 'type:domain', 'context:none'];
export const stores = ['scope:read', 'type:adapter', 'context:none'];
export const feed = ['scope:read', 'type:feature', 'context:none'];
export const live = ['scope:live', 'type:feature', 'context:none'];
export const nestLive = ['scope:nest', 'type:frame', 'context:none'];
export const liveApp = ['scope:live', 'type:app', 'context:all'];
export const rebuild = ['scope:rebuild', 'type:feature', 'context:none'];
export const commands = ['scope:command', 'type:feature', 'context:none'];
export const rebuildJob = ['scope:command', 'type:app', 'context:all'];
export const searchApi = ['scope:search', 'type:app', 'context:product'];
export const consoleApp = ['scope:console', 'type:app', 'context:all'];
export const migrate = ['scope:schema', 'type:migration', 'context:all'];
export const runtime = ['scope:runtime', 'type:runtime', 'context:none'];
export const http = ['scope:runtime', 'type:http', 'context:none'];
export const testKit = ['scope:test', 'type:test', 'context:all'];
export const kit = ['scope:kit', 'type:test', 'context:none'];
export const tool = ['scope:tools', 'type:tool', 'context:all'];
export const bench = ['scope:bench', 'type:tool', 'context:all'];
export const faults = ['scope:faults', 'type:tool', 'context:all'];

/** What any context may import, and what it may not. */
export function examplesOf(context: string): { allowed: readonly Edge[]; forbidden: readonly Edge[] } {
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

/** The rules that forbid an import. */
export function rulesBroken({ from, to, inTest = false }: Edge): string[] {
  const target = typeof to === 'string' ? `npm:${to}` : 'imported';
  const projects = [
    { name: 'importing', tags: from },
    { name: 'imported', tags: typeof to === 'string' ? documents : to },
  ];
  const imports = [{ source: 'importing', target, file: 'importing/src/file.ts', inTest }];
  return findViolations({ projects, imports }, constraints).map(({ rule }) => rule);
}

/** Imports of one project that keep a row, and such that break it. */
export const from = (
  project: Edge['from'],
  keep: readonly Edge['to'][],
  breaking: readonly Edge['to'][],
) => ({
  allowed: keep.map((to): Edge => ({ from: project, to })),
  forbidden: breaking.map((to): Edge => ({ from: project, to })),
});

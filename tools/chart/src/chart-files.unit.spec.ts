import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { chartFile, workspace } from './chart-files.ts';

type Schema = { readonly [member: string]: unknown };

const schema = JSON.parse(chartFile('values.schema.json')) as Schema;
const values = parse(chartFile('values.yaml')) as Record<string, unknown>;

/** Paths of all members that values and schema have, a map whose keys are the user's own counted once. */
function pathsOf(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [at];
  const members = Object.entries(value);
  return members.length === 0 ? [at] : members.flatMap(([name, inner]) => pathsOf(inner, `${at}.${name}`));
}

function schemaAt(path: string): Schema | undefined {
  let at: Schema | undefined = schema;
  for (const name of path.split('.').slice(1)) {
    const properties = at?.['properties'] as Record<string, Schema> | undefined;
    const inner: unknown = properties?.[name] ?? at?.['additionalProperties'];
    if (inner === undefined) return at?.['type'] === 'object' && !properties ? at : undefined;
    at = inner as Schema;
  }
  return at;
}

describe('the values of the chart', () => {
  it('are all known to the schema', () => {
    for (const path of pathsOf(values)) expect([path, schemaAt(path)]).not.toEqual([path, undefined]);
  });

  it('stand in values.yaml wherever the schema knows them, so that a reader finds them', () => {
    const missing = (known: Schema, given: unknown, at: string): string[] =>
      Object.entries((known['properties'] ?? {}) as Record<string, Schema>).flatMap(([name, inner]) => {
        const path = `${at}.${name}`;
        if (path === '.global' || path.startsWith('.podSecurityContext')) return [];
        const member = (given as Record<string, unknown> | undefined)?.[name];
        if (member === undefined && !/resources$/.test(at)) return [path];
        return missing(inner, member, path);
      });
    expect(missing(schema, values, '')).toEqual([]);
  });
});

describe('the development servers of the chart', () => {
  it('have the roles and databases of those that Docker starts', () => {
    const docker = readFileSync(join(workspace, 'docker/postgres/roles.sql'), 'utf8');
    const own = docker.replace(/^-- Run once.*\n/m, '').replace(/PASSWORD '[a-z0-9_]+'/g, 'PASSWORD_OF_ALL');
    expect(chartFile('files/roles.sql')).toBe(own);
  });
});

describe('the version of the chart', () => {
  it('names the release that it installs', () => {
    const { version, appVersion } = parse(chartFile('Chart.yaml')) as Record<string, string>;
    const release = (JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8')) as { version: string })
      .version;
    expect(appVersion).toBe(release);
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

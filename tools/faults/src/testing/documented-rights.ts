import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/reference/rights.md'), 'utf8');

/** The rows of the table below a heading of the page on rights, header excluded. */
function tableOf(heading: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const words = (cell: string): string[] => cell.split(',').flatMap((word) => word.trim() || []);

export interface DocumentedAcl {
  readonly principal: string;
  readonly resource: string;
  readonly name: string;
  readonly prefixed: boolean;
  readonly operations: readonly string[];
}

/** The ACLs that the documentation says each process needs. */
export function documentedAcls(): DocumentedAcl[] {
  return tableOf('Kafka').map(([principal = '', resource = '', name = '', operations = '']) => ({
    principal,
    resource,
    name: name.replace(' (prefixed)', ''),
    prefixed: name.endsWith('(prefixed)'),
    operations: words(operations),
  }));
}

/** Elasticsearch's roles with the privileges of the documentation: feeder, search and verifier, in the order of its table. */
export function documentedRoles(): Record<string, object> {
  const roles = tableOf('Elasticsearch').map(([, cluster = '', privileges = '']) => ({
    cluster: words(cluster),
    indices: [{ names: ['product_search_v*', 'product_search'], privileges: words(privileges) }],
  }));
  return Object.fromEntries(
    ['feeder', 'search', 'verifier'].map((name, index) => [name, roles[index] ?? {}]),
  );
}

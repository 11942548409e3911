import { withEntry, withLineAfter, withName } from '../source/edits.ts';
import type { ContextNames } from './names.ts';

/** How the files that list contexts change for one more: by path, the new text for the present one. */
export type Edits = Readonly<Record<string, (text: string) => string>>;

/** Code and settings that list contexts. Everything else follows from these lists. */
export function registration(names: ContextNames & { readonly port: number }): Edits {
  const { context, project, contextConst, CONTEXT, port } = names;
  const sqlRoles = (password: (role: string) => string) => (text: string) =>
    lineByLine(text, [
      [
        /^CREATE ROLE reprise_\w+ LOGIN PASSWORD(?: '[^']*'|_OF_ALL);$/,
        `CREATE ROLE reprise_${context} LOGIN ${password(`reprise_${context}`)};`,
      ],
      [/^CREATE ROLE \w+_writer NOLOGIN;$/, `CREATE ROLE ${context}_writer NOLOGIN;`],
      [
        /^CREATE ROLE reprise_\w+_api LOGIN .* IN ROLE \w+_writer;$/,
        `CREATE ROLE reprise_${context}_api LOGIN ${password(`reprise_${context}_api`)} IN ROLE ${context}_writer;`,
      ],
      [/^CREATE DATABASE \w+ OWNER \w+;$/, `CREATE DATABASE reprise_${context} OWNER reprise_${context};`],
      [
        /^REVOKE CONNECT, TEMPORARY ON DATABASE /,
        `REVOKE CONNECT, TEMPORARY ON DATABASE reprise_${context} FROM PUBLIC;`,
      ],
      [
        /^GRANT CONNECT ON DATABASE /,
        `GRANT CONNECT ON DATABASE reprise_${context} TO ${context}_writer, outbox_publisher, event_store_reader;`,
      ],
    ]);
  return {
    'reprise.config.ts': (text) =>
      withEntry(
        withName(
          withName(text, 'import', `@reprise/${project}-events`, `${contextConst}Events`),
          'import',
          `@reprise/${project}-read-model`,
          `projections as ${contextConst}Projections`,
        ),
        'contexts',
        `{
          name: '${context}',
          events: ${contextConst}Events,
          projections: ${contextConst}Projections,
          eventStore: ownEventStore,
          outbox: true,
        }`,
      ),
    'tools/boundaries/src/constraints.mjs': (text) => withEntry(text, 'contexts', `'${project}'`),
    'tools/stack/src/contexts.ts': (text) => withEntry(text, 'contexts', `'${context}'`),
    'tools/start/src/processes/apps.ts': (text) =>
      withEntry(text, 'apps', `'${project}-api': { variable: '${CONTEXT}_API_PORT', port: ${port} }`),
    'apps/migrate/src/databases.ts': (text) =>
      withEntry(
        withName(text, 'import', `@reprise/${project}-api`, `${contextConst}Api`),
        'writeApis',
        `${contextConst}Api`,
      ),
    'docker/postgres/roles.sql': sqlRoles((role) => `PASSWORD '${role}'`),
    'helm/reprise/files/roles.sql': sqlRoles(() => 'PASSWORD_OF_ALL'),
    'docs/how-to/run-against-your-own-servers.md': sqlRoles(() => "PASSWORD '…'"),
    'docker/compose.yaml': (text) => compose(text, names),
  };
}

/** Pages that list contexts, where tests and readers look for them. */
export function documentation(
  names: ContextNames & { readonly port: number; readonly storage: string },
): Edits {
  const { context, project, CONTEXT, words, aggregate, aggregates, article, projection, port, storage } =
    names;
  const http = `## ${project}-api (port ${port})

| request | what | needs |
| --- | --- | --- |
| \`POST /v1/${aggregates}\` | creates ${article} ${aggregate}: 201, \`Location\`, \`ETag\` | |
| \`GET /v1/${aggregates}/:id\` | reads it back | |
| \`PUT /v1/${aggregates}/:id/name\` | \`name\` | \`If-Match\` |
| \`DELETE /v1/${aggregates}/:id\` | deletes it for good | \`If-Match\` |

The headers are those of product-api.

## search-api `;
  const kept =
    storage === 'elasticsearch'
      ? `Elasticsearch, alias \`${projection.toUpperCase()}_ALIAS\` (\`${projection}\`)`
      : `View \`public.${projection}\``;
  return {
    'docs/reference/rights.md': (text) =>
      withLineAfter(
        text,
        /^- `\w+_writer`, for /,
        `- \`${context}_writer\`, for ${project}-api, on the ${words} write database: \`${aggregates}\` SELECT, INSERT, UPDATE; \`event_store\` SELECT, INSERT; \`outbox_events\` SELECT, INSERT; \`idempotency_keys\` SELECT, INSERT, DELETE; \`reprise_canaries\` SELECT, INSERT, UPDATE; \`api_keys\` SELECT; \`api_key_uses\` SELECT, INSERT, UPDATE; \`write_migrations\` SELECT.`,
      ),
    'docs/reference/http.md': (text) => replaced(text, '## search-api ', http),
    'docs/reference/configuration.md': (text) =>
      withLineAfter(text, /^\| `\w+_API_PORT` /, `| \`${CONTEXT}_API_PORT\` | ${port} | |`),
    'docs/reference/read-models.md': (text) =>
      withLineAfter(
        text,
        /^- \[\w+\]\(read-models\/\w+\.md\)/,
        `- \`${projection}\`: ${aggregates} by name. ${kept}. No application serves it yet.`,
      ),
    'docs/README.md': (text) =>
      withLineAfter(
        text,
        /^\| look up the \w+ events/,
        `| look up the ${words} events | [event schemas](reference/events/${project}/README.md) |`,
      ),
    'README.md': (text) =>
      withLineAfter(
        text,
        /^\| `apps\/[\w-]+-api` /,
        `| \`apps/${project}-api\` | ${port} | the write API of ${words}: ${aggregates} |`,
      ),
  };
}

/** The topics, the databases of the processes that serve every context, and a service like that of the recruiting API. */
function compose(
  text: string,
  { context, project, CONTEXT, port }: ContextNames & { readonly port: number },
): string {
  const url = (role: string) => `postgres://${role}:${role}@postgres:5432/reprise_${context}`;
  const indented = (pattern: RegExp, ...added: string[]): [RegExp, string] => {
    const line = text.split('\n').findLast((one) => pattern.test(one)) ?? '';
    const indent = line.slice(0, line.length - line.trimStart().length);
    return [pattern, added.map((one) => `${indent}${one}`).join('\n')];
  };
  const listed = lineByLine(text, [
    indented(/^ *create dlq\.\S+ 1$/, `create ${context}.events 6`, `create dlq.${context}.events 1`),
    indented(
      /^ *\w+_EVENT_STORE_DATABASE_URL: /,
      `${CONTEXT}_EVENT_STORE_DATABASE_URL: ${url('reprise_event_reader')}`,
    ),
    indented(/^ *\w+_OUTBOX_DATABASE_URL: /, `${CONTEXT}_OUTBOX_DATABASE_URL: ${url('reprise_relay')}`),
    indented(
      /^ *\w+_WRITE_DATABASE_OWNER_URL: /,
      `${CONTEXT}_WRITE_DATABASE_OWNER_URL: ${url(`reprise_${context}`)}`,
    ),
  ]);
  const model = /^ {2}recruiting-api:\n(?:.+\n)+\n/m.exec(listed)?.[0];
  if (model === undefined) throw new Error('it has no service recruiting-api to take as an example');
  const service = model
    .replaceAll('reprise_recruiting', `reprise_${context}`)
    .replaceAll('RECRUITING', CONTEXT)
    .replaceAll('recruiting', project)
    .replaceAll('3004', String(port));
  return listed.replace(model, () => model + service);
}

function lineByLine(text: string, lines: readonly (readonly [after: RegExp, added: string])[]): string {
  return lines.reduce((changed, [after, added]) => withLineAfter(changed, after, added), text);
}

function replaced(text: string, part: string, by: string): string {
  if (!text.includes(part)) throw new Error(`it has no "${part}"`);
  return text.replace(part, () => by);
}

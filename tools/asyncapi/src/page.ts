import type { AsyncApiDocument, Message } from './document.ts';

/** The same for people: each topic, and each event with its fields and an example. */
export function pageOf(context: string, document: AsyncApiDocument): string {
  const { channels, components, info } = document;
  const lines = [
    `# ${info.title}`,
    '',
    `Made from the schemas of the contract by \`npm run -s asyncapi\`, as is [${context}.json](${context}.json) (AsyncAPI 3) beside it. ${info.description}`,
  ];
  for (const { address, title, description, messages } of Object.values(channels)) {
    lines.push('', `## ${title}: \`${address}\``, '', description);
    for (const name of Object.keys(messages))
      lines.push(...messageLines(components.messages[name]!, document));
  }
  return `${lines.join('\n')}\n`;
}

function messageLines(message: Message, document: AsyncApiDocument): string[] {
  const { name, title, summary, examples = [], headers } = message;
  const schema = document.components.schemas[name];
  const fields = schema === undefined ? headers : dataOf(schema);
  const lines = ['', `### \`${name}\``, '', summary === undefined ? title : `${title}. ${summary}`];
  const table = fieldTable(fields);
  lines.push('', ...(table.length > 0 ? [schema ? 'Data:' : 'Headers:', '', ...table] : ['No data.']));
  const [example] = examples;
  if (example?.payload !== undefined)
    lines.push('', '```json', JSON.stringify(example.payload, null, 2), '```');
  return lines;
}

interface Fields {
  readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required?: readonly string[];
}

function dataOf(schema: object): Fields {
  return (schema as { properties?: { data?: Fields } }).properties?.data ?? {};
}

function fieldTable(fields: object): string[] {
  const { properties = {}, required = [] } = fields as Fields;
  const rows = Object.entries(properties).map(
    ([name, schema]) =>
      `| \`${name}\` | ${typeOf(schema)} | ${required.includes(name) ? 'yes' : 'no'} | ${cell(schema['description'])} |`,
  );
  return rows.length === 0
    ? []
    : ['| field | type | required | meaning |', '| --- | --- | --- | --- |', ...rows];
}

function typeOf({ type, const: constant, enum: values }: Readonly<Record<string, unknown>>): string {
  if (constant !== undefined) return `\`${cell(JSON.stringify(constant))}\``;
  if (Array.isArray(values)) return values.map((value) => `\`${cell(JSON.stringify(value))}\``).join(', ');
  return Array.isArray(type) ? type.join(' or ') : String(type ?? 'any');
}

function cell(value: unknown): string {
  return value === undefined ? '' : String(value).replaceAll('|', '\\|').replaceAll('\n', ' ');
}

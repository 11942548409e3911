import type { Client } from '@elastic/elasticsearch';
import type { GenerationName } from '@reprise/read-model-indices';
import { request, type RequestOptions } from '../servers/requests.ts';
import {
  differencesOf,
  lacksAsked,
  type Comparison,
  type FieldDefaults,
  type IndexDefinition,
} from './differences.ts';

const listedDifferences = 5;

/** Reads an index back and compares it with what it was, or would be, created with. */
export async function readDifferences(
  client: Client,
  name: GenerationName,
  asked: IndexDefinition,
  options: RequestOptions,
  how: Pick<Comparison, 'allowedAliases' | 'mayServe'> = {},
): Promise<string[]> {
  const found = await request(`reading ${name} back`, options, () =>
    client.indices.get({ index: name, flat_settings: true }),
  );
  const actual = found[name] ?? {};
  const defaults = lacksAsked(asked, actual) ? await fieldDefaults(client, name, options) : undefined;
  return differencesOf(asked, actual, { ...how, defaults });
}

/** Some differences as one text. */
export function listed(differences: readonly string[]): string {
  const more = differences.length - listedDifferences;
  return differences.slice(0, listedDifferences).join('; ') + (more > 0 ? `; and ${more} more` : '');
}

async function fieldDefaults(
  client: Client,
  name: GenerationName,
  options: RequestOptions,
): Promise<FieldDefaults> {
  const answer = await request(`reading the fields of ${name}`, options, () =>
    // An index without fields answers 404.
    client.indices.getFieldMapping({ index: name, fields: '*', include_defaults: true }, { ignore: [404] }),
  );
  const fields = Object.entries(answer[name]?.mappings ?? {});
  return new Map(
    fields.map(([field, { mapping }]) => [field, parametersOf(Object.values(mapping ?? {})[0] ?? {})]),
  );
}

function parametersOf(parameters: unknown, place: readonly string[] = [], into = new Map<string, string>()) {
  for (const [parameter, value] of Object.entries(parameters as Record<string, unknown>)) {
    const inner = [...place, parameter];
    into.set(JSON.stringify(inner), JSON.stringify(value));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      parametersOf(value, inner, into);
  }
  return into;
}

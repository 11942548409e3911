import type { Client, estypes } from '@elastic/elasticsearch';
import { StoreMisconfigured, type GenerationName } from '@reprise/read-model-indices';
import { request, type RequestOptions } from '../servers/requests.ts';

/** A template of the server that takes part when an index of a certain name is created. */
export interface MatchingTemplate {
  /** As an operator finds it: `index template "x"`, with the component templates it is composed of. */
  readonly title: string;
  readonly patterns: readonly string[];
  /** Aliases that the server would put on the index on its own. */
  readonly aliases: readonly string[];
  readonly createsDataStreams: boolean;
}

/**
 * Templates that take part in the creation of an index: the index template of the highest priority among those that match,
 * or, where none does, every legacy template that matches. Read, not simulated: reading needs the privilege `monitor`, which
 * a rebuild has anyway, while simulating needs the right to change every template of the cluster.
 */
export async function templatesFor(
  client: Client,
  name: GenerationName,
  options: RequestOptions,
): Promise<MatchingTemplate[]> {
  const { index_templates: all = [] } = await request('reading the index templates', options, () =>
    client.indices.getIndexTemplate({
      filter_path: [
        'index_templates.name',
        ...['index_patterns', 'priority', 'composed_of', 'data_stream', 'template.aliases'].map(
          (member) => `index_templates.index_template.${member}`,
        ),
      ],
    }),
  );
  const winner = all
    .filter(({ index_template: { index_patterns } }) => matches(index_patterns, name))
    .toSorted((a, b) => Number(b.index_template.priority ?? 0) - Number(a.index_template.priority ?? 0))[0];
  return winner ? [await withComponents(client, winner, options)] : legacyTemplates(client, name, options);
}

/**
 * Refuses a creation whose harm could not be undone in time: with a template's alias readers would be on the empty index at once.
 * What else templates do to an index is seen on the index itself.
 *
 * @throws StoreMisconfigured naming the template and what to change in it
 */
export function refuseHarmful(name: GenerationName, templates: readonly MatchingTemplate[]): void {
  for (const { title, patterns, aliases, createsDataStreams } of templates) {
    const remedy = `or change its patterns (${patterns.join(', ')}) so that they do not match, then run this again.`;
    if (aliases.length > 0) {
      throw new StoreMisconfigured(
        `The ${title} puts the alias ${aliases.join(', ')} on every index of the name ${name}: readers of that alias would see the ` +
          `new index while it is being built. It was not created, and readers were not moved. Take the alias out of the template, ${remedy}`,
      );
    }
    if (createsDataStreams) {
      throw new StoreMisconfigured(
        `The ${title} turns every index named ${name} into a data stream, so the server creates no index of that name. ` +
          `Nothing was created, and readers were not moved. Take "data_stream" out of the template, ${remedy}`,
      );
    }
  }
}

async function withComponents(
  client: Client,
  { name, index_template: template }: estypes.IndicesGetIndexTemplateIndexTemplateItem,
  options: RequestOptions,
): Promise<MatchingTemplate> {
  const composedOf = template.composed_of ?? [];
  const aliases = Object.keys(template.template?.aliases ?? {});
  if (composedOf.length > 0) {
    const { component_templates: components = [] } = await request(
      'reading the component templates',
      options,
      () =>
        client.cluster.getComponentTemplate({
          filter_path: [
            'component_templates.name',
            'component_templates.component_template.template.aliases',
          ],
        }),
    );
    for (const { name: component, component_template: content } of components)
      if (composedOf.includes(component)) aliases.push(...Object.keys(content?.template?.aliases ?? {}));
  }
  const parts = composedOf.length === 0 ? '' : ` (composed of ${composedOf.join(', ')})`;
  return {
    title: `index template "${name}"${parts}`,
    patterns: [template.index_patterns].flat(),
    aliases,
    createsDataStreams: template.data_stream !== undefined,
  };
}

async function legacyTemplates(
  client: Client,
  name: GenerationName,
  options: RequestOptions,
): Promise<MatchingTemplate[]> {
  const all = await request('reading the legacy index templates', options, () =>
    client.indices.getTemplate({ filter_path: ['*.index_patterns', '*.aliases'] }),
  );
  return Object.entries(all)
    .filter(([, { index_patterns }]) => matches(index_patterns, name))
    .map(([title, { index_patterns, aliases }]) => ({
      title: `legacy index template "${title}"`,
      patterns: [index_patterns].flat(),
      aliases: Object.keys(aliases ?? {}),
      createsDataStreams: false,
    }));
}

/** The server's own notation: `*` stands for any text, everything else for itself. */
function matches(patterns: string | readonly string[], name: string): boolean {
  return [patterns].flat().some((pattern) => {
    const [first = '', ...rest] = pattern.split('*');
    const last = rest.pop();
    if (last === undefined) return pattern === name;
    if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
      return false;
    let at = first.length;
    for (const part of rest) {
      const found = name.indexOf(part, at);
      if (found < 0 || found + part.length > name.length - last.length) return false;
      at = found + part.length;
    }
    return true;
  });
}

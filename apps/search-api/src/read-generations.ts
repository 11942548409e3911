import type { Client } from '@elastic/elasticsearch';
import { commandLine } from '@reprise/runtime/commands';

/** The projection whose generations the read alias moves between. */
export const searchProjection = 'product_search';

/**
 * The generations that pages are read from, by the uuid in their own `_meta`. Names come from Elasticsearch only, those of this
 * projection's indices, so nothing a caller sends ever becomes the name of an index.
 */
export class ReadGenerations {
  readonly #client: Client;
  readonly #alias: string;
  readonly #projection: string;
  #names: ReadonlyMap<string, string> = new Map();

  constructor(client: Client, alias: string, projection: string) {
    this.#client = client;
    this.#alias = alias;
    this.#projection = projection;
  }

  /** The index of the generation with that uuid, as last seen; undefined when there is none, or none that may be read. */
  async nameOf(uuid: string): Promise<string | undefined> {
    if (!this.#names.has(uuid)) await this.#look();
    return this.#names.get(uuid);
  }

  /** @throws Error when the index is not a generation of the projection */
  async uuidOf(index: string): Promise<string> {
    const known = this.#uuidOf(index);
    if (known !== undefined) return known;
    await this.#look();
    const uuid = this.#uuidOf(index);
    if (uuid !== undefined) return uuid;
    throw new Error(
      `the index ${index} behind the alias ${this.#alias} is not a generation of ${this.#projection}, so its pages cannot be continued; see how readers get to one: ${commandLine.status(this.#projection)}`,
    );
  }

  #uuidOf(index: string): string | undefined {
    for (const [uuid, name] of this.#names) if (name === index) return uuid;
    return undefined;
  }

  /** What the alias is on can be seen with rights on the alias alone; the generations before it need rights on their names. */
  async #look(): Promise<void> {
    const mappings = await this.#client.indices.getMapping({
      index: [this.#alias, `${this.#projection}_v*`],
      ignore_unavailable: true,
      allow_no_indices: true,
      filter_path: '*.mappings._meta',
    });
    const names = new Map<string, string>();
    for (const [name, { mappings: content }] of Object.entries(mappings)) {
      const { uuid, projection } = content._meta ?? {};
      if (typeof uuid === 'string' && projection === this.#projection) names.set(uuid, name);
    }
    this.#names = names;
  }
}

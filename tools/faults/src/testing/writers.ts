/** One kind of aggregate of a write API: what makes one, and what changes it. */
export interface WrittenAggregate {
  readonly path: string;
  readonly body: object;
  readonly change: { readonly method: string; readonly path: string; readonly body: object };
}

/** A process that takes commands, with the group role of its database. */
export interface Writer {
  readonly process: 'product-api' | 'recruiting-api';
  readonly role: string;
  /** Who owns its database, and what that is called. */
  readonly owner: string;
  /** By their tables. */
  readonly aggregates: Readonly<Record<string, WrittenAggregate>>;
}

export const writers: readonly Writer[] = [
  {
    process: 'product-api',
    role: 'product_writer',
    owner: 'reprise_write',
    aggregates: {
      products: {
        path: '/v1/products',
        body: {
          ...{ title: 'Mug', description: '', categoryId: 'kitchen', tags: [] },
          ...{ priceMinor: 5, currency: 'EUR', stock: 1 },
        },
        change: { method: 'PUT', path: 'price', body: { priceMinor: 6, currency: 'EUR' } },
      },
    },
  },
  {
    process: 'recruiting-api',
    role: 'recruiting_writer',
    owner: 'reprise_recruiting',
    aggregates: {
      candidates: {
        path: '/v1/candidates',
        body: { name: 'Ada', email: 'ada@example.org', skills: [] },
        change: { method: 'PATCH', path: 'profile', body: { name: 'Ada L.' } },
      },
      leads: {
        path: '/v1/leads',
        body: { title: 'Engineer', company: 'Engines', headcount: 1 },
        change: { method: 'PATCH', path: 'details', body: { headcount: 2 } },
      },
    },
  },
];

/** Sends the requests of one key to a write API, and reads the statuses of its answers. */
export class WriterClient {
  readonly #origin: string;
  readonly #key: string;
  readonly #ids = new Map<string, string>();

  constructor(origin: string, key: string) {
    this.#origin = origin;
    this.#key = key;
  }

  /** Makes one; later requests are about the first of its kind. */
  async create({ path, body }: WrittenAggregate, headers: Record<string, string> = {}): Promise<number> {
    const answer = await this.#send('POST', path, { body, headers });
    const { id } = (await answer.json()) as { readonly id?: string };
    if (answer.status === 201 && id !== undefined && !this.#ids.has(path)) this.#ids.set(path, id);
    return answer.status;
  }

  async change({ path, change }: WrittenAggregate): Promise<number> {
    const at = `${path}/${this.#ids.get(path)}/${change.path}`;
    return (await this.#send(change.method, at, { body: change.body, headers: { 'if-match': '*' } })).status;
  }

  async read({ path }: WrittenAggregate, key?: string): Promise<number> {
    return (await this.#send('GET', `${path}/${this.#ids.get(path)}`, {}, key)).status;
  }

  async metrics(): Promise<number> {
    return (await this.#send('GET', '/metrics')).status;
  }

  #send(
    method: string,
    path: string,
    { body, headers }: { readonly body?: object; readonly headers?: Record<string, string> } = {},
    key = this.#key,
  ): Promise<Response> {
    return fetch(`${this.#origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  }
}

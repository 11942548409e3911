import { hash, randomBytes } from 'node:crypto';

/** Sends requests to a product-api as the holder of a key. */
export interface ProductClient {
  /** Creates a product. */
  create(headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Creates and publishes a product. @returns its id */
  publish(): Promise<string>;
}

export function productClient(origin: string, own: string): ProductClient {
  const as = (key: string) => ({ authorization: `Bearer ${key}` });
  const send = (method: string, path: string, body: object, headers: object = {}) =>
    fetch(`${origin}${path}`, {
      method,
      headers: { ...as(own), 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const create: ProductClient['create'] = (headers) => {
    const texts = { title: 'Mug', description: '', categoryId: 'kitchen', tags: [] };
    return send('POST', '/v1/products', { ...texts, priceMinor: 5, currency: 'EUR', stock: 1 }, headers);
  };
  let last = '';
  return {
    create,
    async publish() {
      ({ id: last } = (await (await create()).json()) as { id: string });
      const { status } = await send('POST', `/v1/products/${last}/publish`, {}, { 'if-match': '"1"' });
      if (status !== 200) throw new Error(`A product was not published: ${status}`);
      return last;
    },
  };
}

/** A key of an API, and what its database keeps of it. */
export function newKey(): { readonly id: string; readonly key: string; readonly hash: string } {
  const id = randomBytes(8).toString('hex');
  const key = `rp_test_${id}_${randomBytes(32).toString('hex')}`;
  return { id, key, hash: hash('sha256', key) };
}

import process from 'node:process';

// Creates and publishes products through an API, eight at a time; prints their ids.
const [api, count] = process.argv.slice(1) as [string, string];

async function post(path: string, body: object, headers: object = {}): Promise<{ id: string }> {
  const response = await fetch(`${api}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${process.env['REPRISE_API_KEY']}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(body),
  });
  const said = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${said}`);
  return JSON.parse(said) as { id: string };
}

async function writeOne(number: number): Promise<string> {
  const { id } = await post('/v1/products', {
    title: `Lamp ${number}`,
    description: '',
    categoryId: 'lamps',
    tags: [],
    priceMinor: 1_990,
    currency: 'EUR',
    stock: 3,
  });
  await post(`/v1/products/${id}/publish`, {}, { 'if-match': '"1"' });
  return id;
}

const ids: string[] = [];
const numbers = Array.from({ length: Number(count) }, (_, number) => number).values();
const writer = async (): Promise<void> => {
  for (const number of numbers) ids.push(await writeOne(number));
};
await Promise.all(Array.from({ length: 8 }, writer));
process.stdout.write(JSON.stringify(ids));

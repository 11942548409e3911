import { newKey } from '@reprise/access';
import { connected, key, lines, other, portOf } from '../testing/limited-application.ts';
import { parseAnswer, wireTo } from '../testing/wire.ts';

describe('a caller who is refused for too many requests', () => {
  const read = async (port: number, headers: Record<string, string> = {}, path = 'closed') => {
    const answer = await fetch(`http://127.0.0.1:${port}/things/${path}`, { headers });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as object };
  };
  const as = ({ text }: typeof key) => ({ authorization: `Bearer ${text}` });

  it('learns how many are answered, how many are left, and when to come again', async () => {
    const port = await portOf({ credentialRequests: 1 });
    const first = await read(port, as(key));
    expect([first.status, first.headers.get('ratelimit-policy'), first.headers.get('ratelimit')]).toEqual([
      200,
      '"credential";q=1;w=60',
      '"credential";r=0;t=60',
    ]);
    const { status, headers: sent, body } = await read(port, as(key));
    expect(status).toBe(429);
    expect(Number(sent.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(sent.get('ratelimit')).toBe(`"credential";r=0;t=${sent.get('retry-after')}`);
    expect(body).toMatchObject({ type: 'urn:reprise:problem:too-many-requests', status: 429 });
    expect(await read(port, as(other))).toMatchObject({ status: 200 });
  });

  it('is refused the same without the permission that the route asks for', async () => {
    const port = await portOf({ credentialRequests: 1 });
    expect(await read(port, as(key), 'opened')).toMatchObject({ status: 200 });
    expect(await read(port, as(key), 'opened')).toMatchObject({ status: 429 });
  });

  it('for bad credentials is refused with those only, and so are others at the address', async () => {
    const port = await portOf({ failedCredentials: 1 });
    const bad = { authorization: `Bearer ${newKey('test').text}` };
    expect([(await read(port, bad)).status, (await read(port, bad)).status]).toEqual([401, 429]);
    expect((await read(port, as(key))).status).toBe(200);
    expect((await read(port)).status).toBe(401);
  });

  it('may still probe', async () => {
    const port = await portOf({ addressRequests: 1 });
    const probes = ['live', 'ready', 'live', 'ready'].map(async (name) => {
      return (await fetch(`http://127.0.0.1:${port}/health/${name}`)).status;
    });
    expect(await Promise.all(probes)).toEqual([200, 200, 200, 200]);
  });

  it('does not get further by claiming another address, unless a trusted proxy says so', async () => {
    const from = (address: string) => ({ 'x-forwarded-for': address, forwarded: `for=${address}` });
    const direct = await portOf({ anonymousRequests: 1 });
    expect((await read(direct, from('192.0.2.1'), 'opened')).status).toBe(200);
    expect((await read(direct, from('192.0.2.2'), 'opened')).status).toBe(429);

    const behind = await portOf({ anonymousRequests: 1, trustedProxies: ['127.0.0.1'] });
    expect((await read(behind, from('192.0.2.1'), 'opened')).status).toBe(200);
    expect((await read(behind, from('192.0.2.2'), 'opened')).status).toBe(200);
    // The proxy adds the address that it sees; what the caller wrote stands before it.
    expect((await read(behind, from('203.0.113.9, 192.0.2.1'), 'opened')).status).toBe(429);
  });
});

it('logs that connections were closed for being too many', async () => {
  await connected(await portOf({ connections: 1 }), 2);
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: 'closed connections beyond the limit (HTTP_CONNECTIONS)', most: 1 }),
  );
});

it('answers what is no request to a route on a connection that it then closes', async () => {
  const wire = await wireTo(await portOf());
  wire.send('GET /%zz HTTP/1.1\r\nhost: a\r\n\r\n');
  const answer = parseAnswer(await wire.closed());
  expect([answer.status, answer.headers.get('connection')]).toEqual([400, 'close']);
});

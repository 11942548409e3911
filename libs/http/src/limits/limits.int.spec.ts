import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonLimits } from '../requests/json-body.ts';
import { mostParameters } from '../requests/validation-pipe.ts';
import { answerTo, connected, held, key, portOf, statusOf } from '../testing/limited-application.ts';
import { wireTo, type Wire } from '../testing/wire.ts';
import { defaultHttpLimits, type HttpLimits } from './http-limits.ts';

const get = (path = '/things', headers = '', version = '1.1'): string =>
  `GET ${path} HTTP/${version}\r\nhost: a\r\nconnection: close\r\n${headers}\r\n`;
const post = (body: string): string =>
  `POST /things HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

/** What a client sends that stays within a limit, and one that is just beyond it. */
interface Row {
  /** As the documentation has it. */
  readonly limit: string;
  readonly value: string;
  readonly beyond: string;
  readonly limits?: Partial<HttpLimits>;
  /** Both give what happened to the last request. */
  readonly within?: (port: number) => Promise<string>;
  readonly outside?: (port: number) => Promise<string>;
}

const whole = (number: number): string => number.toLocaleString('en-US');
const seconds = (ms: number): string => `${whole(ms / 1_000)} s`;
const kib = (bytes: number): string => `${whole(bytes / 1_024)} KiB`;
const { headersMs, requestMs, silenceMs, keepAliveMs, bodyBytes, headerBytes, headers, pathPartChars } =
  defaultHttpLimits;

const bodyOf = (bytes: number): string => `"${'x'.repeat(bytes - 2)}"`;
const bearer = (text: string): string => `authorization: Bearer ${text}\r\n`;

/** Sends requests one after the other; the answer to the last one counts. */
const each =
  (...texts: readonly string[]) =>
  async (port: number): Promise<string> => {
    let last = '';
    for (const text of texts) last = await answerTo(port, text);
    return last;
  };

async function onHeldRequest(port: number, then: (wire: Wire) => Promise<void>): Promise<string> {
  const isReached = new Promise<void>((resolve) => (held.reached = resolve));
  const wire = await wireTo(port);
  wire.send(get('/things/held'));
  await isReached;
  await then(wire);
  return statusOf(await wire.closed());
}

const rows: readonly Row[] = [
  {
    limit: 'time to the first byte of a connection, and to the end of the headers',
    value: seconds(headersMs),
    beyond: '408, closed',
    limits: { headersMs: 300, requestMs: 600 },
    within: async (port) => {
      const wire = await wireTo(port);
      wire.send('GET /things HTTP/1.1\r\n');
      wire.send('host: a\r\nconnection: close\r\n\r\n');
      return statusOf(await wire.closed());
    },
    outside: each('GET /things HTTP/1.1\r\nhost: a\r\nx: '),
  },
  {
    limit: 'time to the last byte of the body',
    value: seconds(requestMs),
    beyond: '408, closed',
    limits: { headersMs: 300, requestMs: 600 },
    within: async (port) => {
      const wire = await wireTo(port);
      wire.send(post('{"a":1}').slice(0, -3));
      wire.send(':1}');
      return statusOf(await wire.closed());
    },
    outside: async (port) => {
      const wire = await wireTo(port);
      wire.send(post(`"${'x'.repeat(9_000)}"`).slice(0, -9_000));
      const drip = setInterval(() => wire.send('x'), 50);
      const text = await wire.closed();
      clearInterval(drip);
      return statusOf(text);
    },
  },
  {
    limit: 'inactivity during a request',
    value: seconds(silenceMs),
    beyond: 'closed',
    limits: { silenceMs: 400 },
    within: (port) => onHeldRequest(port, async () => held.release()),
    outside: (port) => onHeldRequest(port, async ({ socket }) => void (await once(socket, 'end'))),
  },
  {
    limit: 'wait for the next request',
    value: seconds(keepAliveMs),
    beyond: 'closed',
    limits: { keepAliveMs: 1 },
    within: async (port) => {
      const wire = await wireTo(port);
      wire.send('GET /things HTTP/1.1\r\nhost: a\r\n\r\n');
      wire.send(get());
      return String((await wire.closed()).match(/HTTP\/1\.1 200/g)?.length);
    },
    outside: async (port) => {
      const wire = await wireTo(port);
      wire.send('GET /things HTTP/1.1\r\nhost: a\r\n\r\n');
      await wire.received(/^HTTP/);
      await wire.closed();
      return 'closed';
    },
  },
  {
    limit: 'concurrent connections',
    value: whole(defaultHttpLimits.connections),
    beyond: 'closed',
    limits: { connections: 3 },
    within: (port) => connected(port, 3),
    outside: (port) => connected(port, 4),
  },
  {
    limit: 'request line and headers together',
    value: kib(headerBytes),
    beyond: '431, closed',
    within: each(get('/things', `x: ${'a'.repeat(headerBytes - 200)}\r\n`)),
    outside: each(get('/things', `x: ${'a'.repeat(headerBytes)}\r\n`)),
  },
  {
    limit: 'headers',
    value: whole(headers),
    beyond: '431',
    within: each(get('/things', 'x: 1\r\n'.repeat(headers - 2))),
    outside: each(get('/things', 'x: 1\r\n'.repeat(headers - 1))),
  },
  {
    limit: 'characters in one path segment, such as an id',
    value: whole(pathPartChars),
    beyond: '414',
    within: each(get(`/things/ids/${'a'.repeat(pathPartChars)}`)),
    outside: each(get(`/things/ids/${'a'.repeat(pathPartChars + 1)}`)),
  },
  {
    limit: 'query parameters',
    value: whole(mostParameters),
    beyond: '400',
    within: each(get(`/things?${'a=1&'.repeat(mostParameters - 1)}a=1`)),
    outside: each(get(`/things?${'a=1&'.repeat(mostParameters)}a=1`)),
  },
  {
    limit: 'body',
    value: kib(bodyBytes),
    beyond: '413',
    within: each(post(bodyOf(bodyBytes))),
    outside: each(post(bodyOf(bodyBytes + 1))),
  },
  {
    limit: 'nesting levels in a body',
    value: whole(jsonLimits.depth),
    beyond: '400',
    within: each(post('['.repeat(jsonLimits.depth) + ']'.repeat(jsonLimits.depth))),
    outside: each(post('['.repeat(jsonLimits.depth + 1) + ']'.repeat(jsonLimits.depth + 1))),
  },
  {
    limit: 'members and elements in a body',
    value: whole(jsonLimits.parts),
    beyond: '400',
    within: each(post(`[${'0,'.repeat(jsonLimits.parts - 1)}0]`)),
    outside: each(post(`[${'0,'.repeat(jsonLimits.parts)}0]`)),
  },
  {
    limit: 'requests per minute with one credential (`HTTP_CREDENTIAL_REQUESTS`)',
    value: whole(defaultHttpLimits.credentialRequests),
    beyond: '429',
    limits: { credentialRequests: 2 },
    within: each(...Array<string>(2).fill(get('/things/closed', bearer(key.text)))),
    outside: each(...Array<string>(3).fill(get('/things/closed', bearer(key.text)))),
  },
  {
    limit: 'requests per minute from one address to what is open to everyone (`HTTP_ANONYMOUS_REQUESTS`)',
    value: whole(defaultHttpLimits.anonymousRequests),
    beyond: '429',
    limits: { anonymousRequests: 2 },
    within: each(get('/things/opened'), get('/things/opened')),
    outside: each(get('/things/opened'), get('/things/opened'), get('/things/opened')),
  },
  {
    limit: 'other requests per minute from one address without a credential (`HTTP_ADDRESS_REQUESTS`)',
    value: whole(defaultHttpLimits.addressRequests),
    beyond: '429',
    limits: { addressRequests: 3 },
    within: each(get('/things/closed'), get('/nowhere'), get()),
    outside: each(get('/things/closed'), get('/nowhere'), get('/things').replace('GET', 'PUT'), get()),
  },
  {
    limit: 'requests per minute from one address with a rejected credential (`HTTP_FAILED_CREDENTIALS`)',
    value: whole(defaultHttpLimits.failedCredentials),
    beyond: '429',
    limits: { failedCredentials: 2 },
    within: each(...[1, 2].map((number) => get('/things/opened', bearer(`wrong-${number}`)))),
    outside: each(...[1, 2, 3].map((number) => get('/things/closed', bearer(`wrong-${number}`)))),
  },
];

describe('a limit', () => {
  it.each(rows.map((row) => [row.limit, row] as const))('(%s) lets pass what keeps it', async (_, row) => {
    const port = await portOf(row.limits);
    const answered = await row.within?.(port);
    expect(['200', '201', '2', '401']).toContain(answered);
  });

  it.each(rows.map((row) => [row.limit, row] as const))('(%s) refuses what is beyond it', async (_, row) => {
    const port = await portOf(row.limits);
    expect(await row.outside?.(port)).toBe(row.beyond.split(',')[0]);
  });

  it('stands in the documentation as it is', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/reference/http.md'), 'utf8');
    const table = page.split('\n## Limits\n')[1]?.split('\n##')[0] ?? '';
    const said = [
      ...table.matchAll(/^\| (.+?) +\| ([\d,]+(?: s| KiB)?) +\| (\d+(?:, closed)?|closed) +\|$/gm),
    ];
    expect(said.map(([, limit, value, beyond]) => ({ limit, value, beyond }))).toEqual(
      rows.map(({ limit, value, beyond }) => ({ limit, value, beyond })),
    );
  });
});

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { patienceMs } from '../eventually.ts';
import { httpProxy, type HttpFault, type HttpProxy } from './http-proxy.ts';

const bulk = ['a', 'b'].map((id) => `{"index":{"_id":"${id}"}}\n{"title":"${id}"}\n`).join('');

let server: Server;
let proxy: HttpProxy;
/** Bodies that the server was sent. */
let carriedOut: string[];

beforeEach(async () => {
  carriedOut = [];
  server = createServer((incoming, answer) => {
    void text(incoming).then((body) => {
      carriedOut.push(body);
      const ids = [...body.matchAll(/"_id":"(\w)"/g)].map(([, id]) => id);
      answer.end(JSON.stringify({ items: ids.map((_id) => ({ index: { _id, status: 201 } })) }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await httpProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { keep: 1 });
});

afterEach(async () => {
  await proxy.close();
  server.close();
});

/** What a client hears of a bulk that meets the fault, or that it heard nothing whole. */
async function heard(fault: HttpFault | undefined): Promise<string> {
  proxy.inject(() => fault);
  try {
    const answer = await fetch(`${proxy.url}/_bulk`, {
      method: 'POST',
      body: bulk,
      // Only what hangs is waited for in vain.
      signal: AbortSignal.timeout(fault?.kind === 'hang' ? 1_000 : patienceMs),
    });
    return `${answer.status} ${await answer.text()}`;
  } catch {
    return 'nothing';
  }
}

const whole = '200 {"items":[{"index":{"_id":"a","status":201}},{"index":{"_id":"b","status":201}}]}';

describe('the proxy before an HTTP server', () => {
  it('passes on what meets no fault, and keeps the last requests', async () => {
    expect([await heard(undefined), await heard(undefined)]).toEqual([whole, whole]);
    expect(proxy).toMatchObject({ injected: 0, mostAtOnce: 1 });
    expect(proxy.seen).toEqual([{ method: 'POST', path: '/_bulk', body: bulk, ids: ['a', 'b'] }]);
  });

  it.each<[string, HttpFault, string]>([
    ['answers itself', { kind: 'answer', status: 503, body: 'away' }, '503 away'],
    ['resets', { kind: 'reset' }, 'nothing'],
    ['hangs', { kind: 'hang' }, 'nothing'],
    ['acts before it', { kind: 'before', act: () => undefined }, 'nothing'],
  ])('keeps a request from the server that it %s', async (_, fault, expected) => {
    expect(await heard(fault)).toBe(expected);
    expect(carriedOut).toEqual([]);
    expect(proxy.injected).toBe(1);
  });

  it.each<[string, HttpFault, string]>([
    ['is lost', { kind: 'lose-answer' }, 'nothing'],
    ['is cut in half', { kind: 'truncate' }, whole.slice(0, 4 + (whole.length - 4) / 2)],
    ['waits', { kind: 'hold', until: Promise.resolve() }, whole],
    ['is followed by an act', { kind: 'after', act: () => carriedOut.push('then') }, 'nothing'],
  ])('lets the server carry out a request whose answer %s', async (_, fault, expected) => {
    expect(await heard(fault)).toBe(expected);
    expect(carriedOut).toEqual(fault.kind === 'after' ? [bulk, 'then'] : [bulk]);
  });

  it('refuses items of a bulk in their places, and passes on the others', async () => {
    const answer = (await heard({ kind: 'refuse-items', ids: new Set(['a']) })).slice(4);
    expect(JSON.parse(answer)).toMatchObject({
      errors: true,
      items: [{ index: { _id: 'a', status: 429 } }, { index: { _id: 'b', status: 201 } }],
    });
    expect(carriedOut).toEqual([bulk.slice(bulk.length / 2)]);
  });
});

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterFile } from '@reprise/test-kit';
import { printableLines } from '@reprise/runtime';
import { inThisProcess } from '../testing/in-this-process.ts';

/** Whoever answers at the address of a console; the requests it got. */
async function somebody(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  afterFile(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close };
}

const key = { REPRISE_API_KEY: 'rpr_a_secret' };
const ask = (url: string, ...words: string[]) => inThisProcess(['status', '--console', url, ...words], key);
const empty = { at: '2026-12-01T00:00:00.000Z', contexts: [{ context: 'product', readModels: [] }] };
const json = (status: number, body: unknown) => (_: unknown, response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

describe('a console that is asked by --console', () => {
  it('is found by any address of its pages, and given the key', async () => {
    const { url, requests } = await somebody(json(200, empty));
    expect(await ask(`${url}/console/runs?x=1#y`, '--max-lag', '7', '--json')).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(requests.map((one) => [one.url, one.headers.authorization])).toEqual([
      ['/ops/v1/status?maxLag=7', 'Bearer rpr_a_secret'],
    ]);
  });

  it('sends nobody else the key: a redirection is refused', async () => {
    const thief = await somebody(json(200, empty));
    const { url } = await somebody(
      (_, response) => void response.writeHead(307, { location: thief.url }).end(),
    );
    expect(await ask(url)).toMatchObject({ code: 1, stderr: expect.stringContaining('307') });
    expect(thief.requests).toEqual([]);
  });

  it.each([
    ['another document', json(200, { ...empty, contexts: 0 }), 1, 'something other than a status'],
    ['a moment that is none', json(200, { ...empty, at: 'yesterday' }), 1, 'something other than a status'],
    ['a page', (_: unknown, response: ServerResponse) => void response.end('<html>'), 1, 'answered 200'],
    [
      'nothing of that name',
      json(404, { title: 'Not Found', detail: 'There is nothing there.' }),
      1,
      'nothing there',
    ],
    ['too many requests', json(429, { title: 'Slower' }), 4, 'Slower'],
    ['that it broke', json(500, {}), 4, 'answered 500'],
    ['what a terminal obeys', json(403, { detail: 'No\u001b[2J\u0007.' }), 1, 'No\uFFFD[2J\uFFFD'],
    [
      'half of an answer',
      (_: unknown, response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{', () => response.destroy());
      },
      4,
      'cannot be asked',
    ],
    [
      'more than a console says',
      (_: unknown, response: ServerResponse) => {
        const more = (): void =>
          void (response.write('x'.repeat(2 ** 20)) ? setImmediate(more) : response.once('drain', more));
        response.on('error', () => undefined);
        more();
      },
      4,
      'larger than 16 MiB',
    ],
  ])('that answers %s: the command says so, and what to do', async (_, answer, code, words) => {
    const { url } = await somebody(answer);
    const ended = await ask(url);
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(words) });
    expect(ended.stderr).toContain('Nothing was changed.');
    expect(ended.stderr).toBe(printableLines(ended.stderr));
  });

  it('that is away: the command names the innermost cause, with 4', async () => {
    const { url, close } = await somebody(json(200, empty));
    await close();
    expect(await ask(url)).toMatchObject({ code: 4, stderr: expect.stringContaining('ECONNREFUSED') });
  });

  it('that does not know a name: the command says which ones it knows', async () => {
    const { url } = await somebody(json(200, empty));
    expect(await ask(url, '--context', 'produkt')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('did you mean product?'),
    });
    expect(await ask(url, '--projection', '__proto__')).toMatchObject({ code: 1 });
  });

  it.each([
    ['ftp://x', 'must be the address'],
    ['https://someone:password@x', 'holds credentials'],
    ['', 'must be the address'],
  ])('at "%s" is asked nothing', async (url, words) => {
    const ended = await ask(url);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(words) });
    expect(ended.stderr).not.toContain('password');
  });

  it('whose key would be read on its way draws a warning', async () => {
    const { stderr } = await ask('http://console.invalid');
    expect(stderr).toContain('REPRISE_API_KEY is sent in clear text: --console names console.invalid');
    expect((await ask('https://console.invalid')).stderr).not.toContain('clear text');
  });
});

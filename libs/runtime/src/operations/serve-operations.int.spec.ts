import { connect } from 'node:net';
import { Counter, Registry } from 'prom-client';
import { silentLogger } from '../logging/logger.ts';
import { serveOperations, type OperationsServer } from './serve-operations.ts';

/** Sends bytes, and gives what is answered until the connection is closed. */
function exchanged(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const answered = new Promise<string>((resolve) => {
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk))).on('close', () => resolve(answer));
    socket.on('error', () => undefined);
  });
  socket.write(text);
  return answered;
}

describe('the health and metrics of a process without another HTTP server', () => {
  const metrics = new Registry();
  let failure: Error | undefined;
  let server: OperationsServer;
  const at = (path: string, method = 'GET') =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { method, signal: AbortSignal.timeout(90_000) });

  beforeAll(async () => {
    new Counter({ name: 'events_total', help: 'Events', registers: [metrics] }).inc(3);
    const ready = { feed: () => (failure ? Promise.reject(failure) : Promise.resolve()) };
    server = await serveOperations({ port: 0 }, { ready, metrics, logger: silentLogger() });
  });
  afterAll(() => server.close());
  afterEach(() => (failure = undefined));

  it('say that it lives and is ready, and what it counted', async () => {
    expect(await (await at('/health/live')).json()).toEqual({ status: 'live' });
    expect(await (await at('/health/ready')).json()).toEqual({ status: 'ready' });
    expect(await (await at('/health/checks')).json()).toEqual({ status: 'ready', checks: { feed: 'ok' } });
    const answer = await at('/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await answer.text()).toContain('events_total 3');
  });

  it('name nothing to anybody, the check that fails to who may ask, and its reason to nobody', async () => {
    failure = new Error('connect ECONNREFUSED 10.0.0.1:9092');
    const answer = await at('/health/ready?verbose');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.json()).toEqual({
      type: 'urn:reprise:problem:not-ready',
      title: 'Not ready',
      status: 503,
      detail: 'Not ready. GET /health/checks says what fails, and the log of this process why.',
      instance: '/health/ready?verbose',
      correlationId: answer.headers.get('x-correlation-id'),
    });
    expect(await (await at('/health/checks')).json()).toEqual({
      status: 'not-ready',
      checks: { feed: 'failed' },
    });
  });

  it('are closed beyond this machine, but for probes, to who may not read them', async () => {
    const what = { ready: {}, metrics, logger: silentLogger() };
    await expect(serveOperations({ port: 0, host: '0.0.0.0' }, what)).rejects.toThrow(
      'nothing says who may read metrics there. Nothing listens.',
    );
    const mayRead = async (authorization?: string): Promise<boolean> => authorization === 'Bearer scraper';
    const open = await serveOperations({ port: 0, host: '0.0.0.0' }, { ...what, mayRead });
    const status = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
      (await fetch(`http://127.0.0.1:${open.port}${path}`, { headers })).status;
    for (const path of ['/metrics', '/health/checks']) {
      expect([await status(path), await status(path, { authorization: 'Bearer eve' })]).toEqual([401, 401]);
      expect(await status(path, { authorization: 'Bearer scraper' })).toBe(200);
    }
    const credential = 'authorization: Bearer scraper\r\n';
    const asked = async (headers: string): Promise<string> =>
      (
        await exchanged(
          open.port,
          `GET /metrics HTTP/1.1\r\nhost: here\r\n${headers}connection: close\r\n\r\n`,
        )
      ).slice(9, 12);
    expect([await asked(credential), await asked(credential + credential)]).toEqual(['200', '401']);
    expect([await status('/health/live'), await status('/health/ready')]).toEqual([200, 200]);
    await open.close();
  });

  it('answer other paths and methods with a problem, and a HEAD without a body', async () => {
    expect([(await at('/health')).status, (await at('/constructor')).status]).toEqual([404, 404]);
    const refused = await at('/metrics', 'POST');
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await at('/health/live', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('refuse headers that are too large, and answer whoever comes next', async () => {
    const large = `GET /metrics HTTP/1.1\r\nhost: here\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(await exchanged(server.port, large)).toMatch(/^HTTP\/1\.1 431 /);
    expect((await at('/health/live')).status).toBe(200);
  });
});

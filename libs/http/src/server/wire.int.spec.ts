import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { IsString, MaxLength } from 'class-validator';
import { createMetrics } from '@reprise/runtime';
import { openAccess } from '@reprise/access';
import { createHttpApplication, type HttpApplication } from '../http-application.ts';
import { exchanged, parseAnswer, recordingLogger, wireTo, type RawAnswer } from '../testing/wire.ts';
import { Permit } from './permit.ts';

class TitleDto {
  @IsString()
  @MaxLength(20)
  title: string;
}

let reached: () => void = () => undefined;
let release: () => void = () => undefined;

@Controller('titles')
class TitlesController {
  @Post()
  @Permit('public')
  create(@Body() body: TitleDto): object {
    return { title: body.title };
  }

  @Get('held')
  @Permit('public')
  async held(): Promise<object> {
    reached();
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return {};
  }
}

@Module({ controllers: [TitlesController] })
class TitlesModule {}

const metrics = createMetrics('wire');
const { logger, lines, lineOf } = recordingLogger();
let application: HttpApplication;
let port: number;

beforeAll(async () => {
  application = await createHttpApplication(TitlesModule, {
    access: openAccess,
    logger,
    metrics,
    limits: { headersMs: 400, requestMs: 800 },
  });
  port = await application.listen(0);
});

afterAll(() => application.close());

/** Checks what every problem has to have, on the wire. */
function problemOf(text: string): RawAnswer {
  const answer = parseAnswer(text);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('x-correlation-id')).toMatch(/./);
  expect(answer.problem).toMatchObject({
    status: answer.status,
    type: expect.stringMatching(/^urn:reprise:problem:[a-z-]+$/),
    title: expect.any(String),
    detail: expect.stringMatching(/./),
    correlationId: answer.headers.get('x-correlation-id'),
  });
  return answer;
}

/** Checks that the log has one line of a request. */
async function expectLogged(correlationId: unknown, members: object): Promise<void> {
  await lineOf(correlationId);
  expect(lines.filter((line) => line['correlationId'] === correlationId)).toEqual([
    expect.objectContaining({ level: 'info', ...members }),
  ]);
}

const post = (headers: string, body: string | Uint8Array = ''): Uint8Array =>
  Buffer.concat([
    Buffer.from(`POST /titles HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${headers}\r\n\r\n`, 'latin1'),
    typeof body === 'string' ? Buffer.from(body, 'latin1') : body,
  ]);

describe('what is no request', () => {
  it.each([
    ['headers of 20 KB', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['a URL of 20 KB', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 431],
    ['a greeting of TLS', '\x16\x03\x01hello\r\n\r\n', 400],
    ['a space before a colon', 'GET / HTTP/1.1\r\nhost: a\r\nx : 1\r\n\r\n', 400],
    [
      'two lengths',
      'POST /titles HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\n{}',
      400,
    ],
    [
      'a length beside chunks',
      'POST /titles HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['no host', 'GET /titles HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['two hosts', 'GET /titles HTTP/1.1\r\nhost: a\r\nHost: b\r\nconnection: close\r\n\r\n', 400],
    [
      'two credentials',
      'GET /titles HTTP/1.1\r\nhost: a\r\nauthorization: Bearer a\r\nAuthorization: Bearer b\r\nconnection: close\r\n\r\n',
      400,
    ],
    [
      'two media types',
      'POST /titles HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-type: text/plain\r\ncontent-length: 13\r\nconnection: close\r\n\r\n{"title":"a"}',
      400,
    ],
    [
      'a chunk without a size',
      'POST /titles HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      400,
    ],
  ])('(%s) is answered with a problem that the log holds too', async (_, text, status) => {
    const answer = problemOf(await exchanged(port, text));
    expect(answer.status).toBe(status);
    await expectLogged(answer.problem['correlationId'], { msg: 'request', status });
  });

  it.each([
    ['a connection on which nothing is sent', '', undefined],
    ['headers that do not end', 'POST /titles HTTP/1.1\r\nhost: a\r\nx: ', undefined],
    [
      'a body that stays away',
      'POST /titles HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{',
      '/titles',
    ],
  ])('(%s) is waited for no longer than the limit: 408', async (_, text, instance) => {
    const wire = await wireTo(port);
    wire.send(text);
    const drip = setInterval(() => text !== '' && wire.send('x'), 50);
    const answer = problemOf(await wire.closed());
    clearInterval(drip);
    expect(answer.status).toBe(408);
    expect(answer.problem['instance']).toBe(instance);
    await expectLogged(answer.problem['correlationId'], { msg: 'request', status: 408 });
  });
});

describe('a client that goes away', () => {
  it('in the middle of its body is neither an error nor a 503', async () => {
    const wire = await wireTo(port);
    const headers = 'content-type: application/json\r\ncontent-length: 90\r\nexpect: 100-continue';
    wire.send(post(`${headers}\r\nx-correlation-id: gone-1`));
    await wire.received(/100 Continue/);
    wire.send('{"title"');
    wire.socket.resetAndDestroy();
    await expectClosedByClient('gone-1');
    expect(await metrics.metrics()).toMatch(/_count\{[^}]*route="\/titles"[^}]*status="499"[^}]*\} 1/);
  });

  it('before its answer is neither an error nor a 503', async () => {
    const isReached = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const wire = await wireTo(port);
    wire.send('GET /titles/held HTTP/1.1\r\nhost: a\r\nx-correlation-id: gone-2\r\n\r\n');
    await isReached;
    wire.socket.destroy();
    await expectClosedByClient('gone-2');
    release();
  });

  async function expectClosedByClient(id: string): Promise<void> {
    await expectLogged(id, { msg: 'client closed request', status: 499 });
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  }
});

describe('a method that a path does not have', () => {
  it.each(['PUT', 'TRACE', 'PROPFIND', 'PURGE', 'QUERY', 'DELETE'])(
    '(%s) is 405 with Allow',
    async (method) => {
      const text = `${method} /titles HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: 1\r\n\r\nx`;
      const answer = problemOf(await exchanged(port, text));
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('OPTIONS, POST');
    },
  );

  it('is 204 with Allow for OPTIONS, without CORS, and HEAD comes with GET', async () => {
    const origin = `http://127.0.0.1:${port}`;
    const headers = { origin: 'https://elsewhere.example' };
    const options = await fetch(`${origin}/titles/held`, { method: 'OPTIONS', headers });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
    expect(options.headers.get('access-control-allow-origin')).toBeNull();
    for (const method of ['OPTIONS', 'PUT', 'GET'])
      expect((await fetch(`${origin}/nothing`, { method })).status).toBe(404);
  });
});

describe('a body', () => {
  const latin1 = Buffer.from('{"title":"caf\xe9"}', 'latin1');
  const chunked = Buffer.concat([
    Buffer.from(`${latin1.length.toString(16)}\r\n`),
    latin1,
    Buffer.from('\r\n0\r\n\r\n'),
  ]);
  const json = 'content-type: application/json';

  it.each([
    ['with a length', post(`${json}\r\ncontent-length: ${latin1.length}`, latin1)],
    ['in chunks', post(`${json}\r\ntransfer-encoding: chunked`, chunked)],
  ])('that is not UTF-8 is refused %s, and the answer names the cause', async (_, text) => {
    const answer = problemOf(await exchanged(port, text));
    expect(answer.status).toBe(400);
    expect(answer.problem['type']).toBe('urn:reprise:problem:malformed-body');
    expect(answer.problem['detail']).toContain('not UTF-8');
  });

  it('that is cut off in the middle of a character, across chunks, is read whole', async () => {
    const [head, tail] = [Buffer.from('{"title":"caf\xc3', 'latin1'), Buffer.from('\xa9"}', 'latin1')];
    const parts = [head, tail].flatMap((part) => [
      Buffer.from(`${part.length.toString(16)}\r\n`),
      part,
      Buffer.from('\r\n'),
    ]);
    const text = post(
      `${json}\r\ntransfer-encoding: chunked`,
      Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]),
    );
    const received = await exchanged(port, text);
    expect(received).toMatch(/^HTTP\/1.1 201/);
    expect(Buffer.from(received, 'latin1').toString('utf8')).toContain('{"title":"café"}');
  });
});

import { Agent, get, type IncomingMessage } from 'node:http';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { createMetrics } from '@reprise/runtime';
import { openAccess } from '@reprise/access';
import { createHttpApplication, type HttpApplication } from './http-application.ts';
import { OperationsModule } from './operations/operations-module.ts';
import { recordingLogger, wireTo, type Wire } from './testing/wire.ts';
import { Permit } from './server/permit.ts';

let arrived: () => void = () => undefined;
let answer: () => void = () => undefined;

@Controller('slow')
class SlowController {
  @Get()
  @Permit('public')
  async read(): Promise<object> {
    arrived();
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return { answered: true };
  }

  @Post()
  @Permit('public')
  write(@Body() body: unknown): object {
    return { body };
  }
}

const { logger, lines } = recordingLogger();
const operations = { metrics: createMetrics('slow'), ready: {}, logger };

@Module({ controllers: [SlowController], imports: [OperationsModule.register(operations)] })
class SlowModule {}

/** A test that waited for this would never end. */
const farTooLong = 86_400_000;

async function start(drainMs: number): Promise<{ application: HttpApplication; port: number }> {
  const application = await createHttpApplication(SlowModule, {
    logger,
    access: openAccess,
    limits: { drainMs },
  });
  return { application, port: await application.listen(0) };
}

const slowBody =
  'POST /slow HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{';

/** Sends a byte now and then, for as long as the server listens. */
function drip(wire: Wire): void {
  const timer = setInterval(() => wire.send(' '), 20);
  wire.socket.once('close', () => clearInterval(timer));
}

describe('closing an HTTP application', () => {
  it('waits for the answer to a running request, but not for the client to close its connection', async () => {
    const { application, port } = await start(farTooLong);
    const isUnderWay = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    // Keeps its connection for as long as the server does.
    const agent = new Agent({ keepAlive: true });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      get({ port, host: '127.0.0.1', path: '/slow', agent }, (response) => {
        response.resume();
        response.on('end', () => resolve(response));
      }).on('error', reject);
    });
    await isUnderWay;
    let closed = false;
    const closing = application.close().then(() => {
      closed = true;
    });
    await new Promise(setImmediate);
    expect(closed).toBe(false);
    answer();
    expect((await answered).statusCode).toBe(200);
    await closing;
    agent.destroy();
  });

  it.each([
    ['nothing was sent', ''],
    ['the headers do not end', 'POST /slow HTTP/1.1\r\nhost: a\r\nx: '],
    ['a request was answered', 'GET /nothing HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['a request was refused before its body had come', slowBody.replace('POST', 'PUT')],
  ])('cuts a connection at once on which %s', async (_, text) => {
    const { application, port } = await start(farTooLong);
    const wire = await wireTo(port);
    wire.send(text);
    if (text.endsWith('\r\n\r\n') || text.startsWith('PUT')) await wire.received(/correlationId/);
    await application.close();
    await wire.closed();
  });

  it('cuts off, after a while, a client that sends its body a byte at a time', async () => {
    const { application, port } = await start(500);
    const wires = await Promise.all([wireTo(port), wireTo(port)]);
    for (const wire of wires) {
      wire.send(slowBody.replace('host: a', 'host: a\r\nexpect: 100-continue'));
      await wire.received(/100 Continue/);
      drip(wire);
    }
    let patient = false;
    setTimeout(() => (patient = true), 450);
    await application.close();
    expect(patient).toBe(true);
    await Promise.all(wires.map((wire) => wire.closed()));
    expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', requests: 2 }));
  });
});

describe('draining an HTTP application', () => {
  it('turns readiness to 503 at once, answers everything else, and asks clients to take another connection', async () => {
    const { application, port } = await start(farTooLong);
    const asked = async (path: string) => {
      const { status, headers } = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'GET' });
      return [status, headers.get('connection')];
    };
    expect(await asked('/health/ready')).toEqual([200, 'keep-alive']);
    const write = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    await application.drain(0);
    expect(await asked('/health/ready')).toEqual([503, 'close']);
    expect(await asked('/health/live')).toEqual([200, 'close']);
    expect((await fetch(`http://127.0.0.1:${port}/slow`, write)).status).toBe(201);
    await application.close();
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow();
  });
});

import { Agent, get, type IncomingMessage } from 'node:http';
import { Controller, Get, Module } from '@nestjs/common';
import { createLogger } from '../logger.ts';
import { createHttpApplication } from './http-application.ts';

let arrived: () => void;
let answer: () => void;

@Controller('slow')
class SlowController {
  @Get()
  async read(): Promise<object> {
    arrived();
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return { answered: true };
  }
}

@Module({ controllers: [SlowController] })
class SlowModule {}

describe('closing an HTTP application', () => {
  it('waits for the answer to a request under way, and not for the client to let go of its connection', async () => {
    const application = await createHttpApplication(SlowModule, {
      logger: createLogger('slow', { level: 'silent' }),
    });
    const port = await application.listen(0);
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
    const begun = performance.now();
    answer();
    expect((await answered).statusCode).toBe(200);
    await closing;
    expect(performance.now() - begun).toBeLessThan(2_000);
    agent.destroy();
  });
});

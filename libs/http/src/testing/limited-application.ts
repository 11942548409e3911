import { Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import { accessOf, KeyRing, newKey } from '@reprise/access';
import { createMetrics } from '@reprise/runtime';
import { createHttpApplication, type HttpApplication } from '../http-application.ts';
import type { HttpLimits } from '../limits/http-limits.ts';
import { OperationsModule } from '../operations/operations-module.ts';
import { Permit } from '../server/permit.ts';
import { recordingLogger, wireTo } from './wire.ts';

/** What the route `/things/held` waits for, and whom it informs that it does. */
export const held = { reached: () => undefined as void, release: () => undefined as void };

@Controller('things')
class Things {
  @Post()
  @Permit('public')
  take(@Body() body: unknown): object {
    return { kind: typeof body };
  }

  @Get()
  @Permit('public')
  search(@Query() query: object): object {
    return { parameters: Object.keys(query).length };
  }

  @Get('held')
  @Permit('public')
  async held(): Promise<object> {
    const released = new Promise<void>((resolve) => (held.release = resolve));
    held.reached();
    await released;
    return {};
  }

  @Get('closed')
  @Permit('things:read')
  closed(): object {
    return {};
  }

  @Get('opened')
  @Permit('search:read')
  opened(): object {
    return {};
  }

  @Get('ids/:id')
  @Permit('public')
  one(@Param('id') id: string): object {
    return { id };
  }
}

const metrics = createMetrics('limits');
const { logger, lines } = recordingLogger();

/** What the applications logged. */
export { lines };
const operations = OperationsModule.register({ metrics, logger, ready: {} });

@Module({ controllers: [Things], imports: [operations] })
class ThingsModule {}

/** Two keys that may read. */
export const [key, other] = [newKey('test'), newKey('test')];
const stored = [key, other].map(({ id, hash }) => {
  return { id, hash, name: id, scopes: ['things:read'], expiresAt: undefined };
});
const access = () =>
  accessOf({ rings: [new KeyRing({ load: async () => stored })], anonymous: ['search:read'] });

const started: HttpApplication[] = [];
afterAll(() => Promise.all(started.map((application) => application.close())));

/** Starts an application with its own counts. @returns the port where it listens until the end of the file */
export async function portOf(limits: Partial<HttpLimits> = {}): Promise<number> {
  const application = await createHttpApplication(ThingsModule, { logger, access: access(), limits });
  started.push(application);
  return application.listen(0);
}

/** Opens connections up to a number of them, and asks on the last one. @returns the status, or `closed` where it was closed */
export async function connected(port: number, count: number): Promise<string> {
  const others = await Promise.all(Array.from({ length: count - 1 }, () => wireTo(port)));
  // Each is known to the server once it has answered on it.
  for (const wire of others) {
    wire.send('GET /things HTTP/1.1\r\nhost: a\r\n\r\n');
    await wire.received(/^HTTP/);
  }
  const last = await answerTo(port, 'GET /things HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n').catch(
    () => 'closed',
  );
  for (const wire of others) wire.socket.destroy();
  return last;
}

/** The status that a text is answered with; `closed` for a connection that is closed without an answer. */
export async function answerTo(port: number, text: string): Promise<string> {
  const wire = await wireTo(port);
  wire.send(text);
  return statusOf(await wire.closed());
}
/** The status of an answer; `closed` for none. */
export const statusOf = (text: string): string => /^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 'closed';

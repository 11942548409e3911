import { eventually, spawnApp, type SpawnedApp, testCredential } from '@reprise/test-kit';
import { readyProxy } from './testing/ready-proxy.ts';
import { mug, writeSide, type WriteSide } from './testing/write-side.ts';

/** Requests under way at any time. */
const clients = 3;

interface Replica {
  readonly app: SpawnedApp;
  readonly origin: string;
}

let side: WriteSide;

beforeAll(async () => {
  side = await writeSide();
});

async function startReplica(): Promise<Replica> {
  const env = {
    WRITE_DATABASE_URL: side.fresh.productApiUrl,
    PRODUCT_API_PORT: '0',
    HTTP_DRAIN_SECONDS: '1',
    LOG_LEVEL: 'info',
  };
  const app = spawnApp('apps/product-api/src/main.ts', { env });
  return { app, origin: (await app.ready()).origin };
}

interface Traffic {
  /** Resolves when so many more requests were answered. */
  answered(more: number): Promise<void>;
  /** Resolves to how often each status was answered, and each error met. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** Writes and reads through `origin` until it is stopped. */
function traffic(origin: string): Traffic {
  const answers: Record<string, number> = {};
  let stopped = false;
  const send = async (path: string, init?: RequestInit): Promise<{ id?: string }> => {
    const headers = { ...testCredential, ...(init && { 'content-type': 'application/json' }) };
    const response = await fetch(`${origin}${path}`, { ...init, headers }).catch(
      (error: unknown) => error as Error,
    );
    const status = response instanceof Error ? response.message : String(response.status);
    answers[status] = (answers[status] ?? 0) + 1;
    return response instanceof Error || !response.ok ? {} : ((await response.json()) as { id?: string });
  };
  const write = {
    method: 'POST',
    body: JSON.stringify(mug),
  };
  const client = async (): Promise<void> => {
    while (!stopped) {
      const { id } = await send('/v1/products', write);
      if (id !== undefined) await send(`/v1/products/${id}`);
    }
  };
  const all = Array.from({ length: clients }, client);
  const count = (): number => Object.values(answers).reduce((sum, some) => sum + some, 0);
  return {
    answered: async (more) => {
      const enough = count() + more;
      await eventually(() => expect(count()).toBeGreaterThanOrEqual(enough));
    },
    stop: async () => {
      stopped = true;
      await Promise.all(all);
      return answers;
    },
  };
}

it('fails no request while all of three processes are replaced, one after the other', async () => {
  const proxy = await readyProxy();
  const replicas = await Promise.all(Array.from({ length: 6 }, startReplica));
  const use = async (first: number, end: number): Promise<void> => {
    const origins = replicas.slice(first, end).map(({ origin }) => origin);
    proxy.use(origins);
    await eventually(() => expect(proxy.ready()).toEqual(origins));
  };
  await use(0, 3);
  const { answered, stop } = traffic(proxy.origin);
  for (const [index, { app }] of replicas.slice(0, 3).entries()) {
    await use(index, index + 4);
    await answered(50);
    // Stopped while the proxy still counts it among the ready ones.
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    await app.logged({ msg: 'draining', seconds: 1 });
  }
  expect(Object.keys(await stop()).sort()).toEqual(['200', '201']);
});

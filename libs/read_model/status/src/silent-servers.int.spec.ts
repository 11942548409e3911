import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { jest } from '@jest/globals';
import type { GenerationStore, Registry } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { readStatus, type StatusRequest } from './read-status.ts';

/** All is said within this time, of which nothing but the clock of the test passes. */
const withinMs = 10_000;

const projections = ['one', 'other'].map(
  (name) => ({ name, version: 1, storage: {}, events: { versions: 'sequence' } }) as unknown as Projection,
);
let silent: Server;
const taken: Socket[] = [];
beforeAll(async () => {
  silent = createServer((socket) => void taken.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  jest.useFakeTimers();
});
afterAll(() => {
  silent.close();
  for (const socket of taken) socket.destroy();
  jest.useRealTimers();
});

const never = () => new Promise<never>(() => undefined);
const none = async () => [];

/** A registry that answers and knows nothing. */
const emptyRegistry = {
  ...{ listGenerations: none, listRuns: none, liveFeeders: none, heldLeases: none },
  now: async () => new Date(0),
  bindings: { list: none },
  shards: { newest: async () => undefined },
} as unknown as Registry;

/** Asks while Kafka, the stores and the write side say nothing. */
function askedOf(registry: Registry): Promise<readonly unknown[]> {
  const store = { kind: 'elasticsearch', readers: 'a', observeReaders: never, list: never };
  const request: StatusRequest = {
    models: projections.map((projection) => ({ projection, store: store as unknown as GenerationStore })),
    kafka: { brokers: [`127.0.0.1:${(silent.address() as AddressInfo).port}`] } as StatusRequest['kafka'],
    topic: 'product.events',
    registry,
    writeSide: never,
    letters: never,
    repairs: async () => ({ open: 0, failed: 0, oldestOpenSeconds: null }) as never,
  };
  return readStatus(request);
}

/** What came of it by the time all has to be said. */
async function outcomeOf(asked: Promise<unknown>): Promise<unknown> {
  const outcome = asked.then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );
  await jest.advanceTimersByTimeAsync(withinMs);
  return Promise.race([outcome, Promise.resolve('nothing was said')]);
}

describe('the status while servers accept connections and say nothing', () => {
  it('is complete within 10 s from the registry alone, with every other server named', async () => {
    const status = {
      logUnreachable: expect.stringMatching(/Kafka/),
      readers: expect.objectContaining({
        unreachable: expect.stringMatching(/^Elasticsearch .* within 3 s/),
      }),
      writeSideFault: expect.stringMatching(/^Postgres .* did not answer within 3 s/),
    };
    expect(await outcomeOf(askedOf(emptyRegistry))).toEqual({
      answer: projections.map(({ name }) => expect.objectContaining({ projection: name, ...status })),
    });
  });

  it('is refused within 10 s when the registry is among them', async () => {
    const registry = {
      ...{ listGenerations: never, listRuns: never, liveFeeders: never, heldLeases: never, now: never },
      ...{ bindings: { list: never }, shards: { newest: never } },
    };
    expect(await outcomeOf(askedOf(registry as unknown as Registry))).toEqual({
      error: expect.objectContaining({
        code: 'DEPENDENCY',
        message: expect.stringContaining('READ_MODEL_DATABASE_URL'),
      }),
    });
  });
});

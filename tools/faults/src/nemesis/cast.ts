import type { World } from '../cluster/world.ts';
import type { HttpProxy } from '@reprise/test-kit/proxies';
import type { TcpProxy } from '@reprise/test-kit/proxies';
import type { History } from './history.ts';
import { supervise, type Supervised } from './supervised.ts';

/** Everything that takes part in a nemesis run, behind proxies. */
export interface Cast {
  readonly api: Supervised;
  readonly relays: readonly Supervised[];
  readonly consumers: readonly Supervised[];
  readonly kafka: TcpProxy;
  readonly postgres: TcpProxy;
  readonly elasticsearch: HttpProxy;
  /** Endpoints through the proxies. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const relayArguments = ['--poll-ms=100', '--lock-timeout-ms=2000', '--lock-retry-ms=200'];

/** One API, a relay and its standby, two consumers. */
export async function raiseCast(world: World, history: History): Promise<Cast> {
  const [kafka, postgres, elasticsearch] = [
    await world.tcp('kafka'),
    await world.tcp('postgres'),
    await world.http(),
  ];
  const env = { ...kafka.env, ...postgres.env, ...elasticsearch.env };
  const keep = (name: string, start: () => ReturnType<World['start']>): Supervised =>
    supervise(name, start, history);
  const api = keep('product-api', () => world.start('product-api', { env }));
  const relays = [1, 2].map((number) =>
    keep(`outbox-relay ${number}`, () => world.start('outbox-relay', { env, args: relayArguments })),
  );
  const consumers = [1, 2].map((number) =>
    keep(`projection-consumer ${number}`, () => world.start('projection-consumer', { env })),
  );
  return {
    api,
    relays,
    consumers,
    kafka: kafka.proxy,
    postgres: postgres.proxy,
    elasticsearch: elasticsearch.proxy,
    env,
    async stop() {
      for (const one of [api, ...relays, ...consumers]) await one.stop();
    },
  };
}

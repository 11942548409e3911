import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { ServerName } from '../cluster/servers.ts';
import type { World } from '../cluster/world.ts';
import type { Decide } from '@reprise/test-kit/proxies';
import type { Random } from '../traffic/random.ts';
import type { Cast } from './cast.ts';
import type { Supervised } from './supervised.ts';

export interface Stage {
  readonly world: World;
  readonly cast: Cast;
  readonly random: Random;
  /** The running rebuild or rollback; undefined when there is none. */
  readonly job: () => { signal(name: NodeJS.Signals): void } | undefined;
  /** Called before and after the time in which Elasticsearch cannot answer readers. */
  readonly searchAway: (away: boolean) => void;
}

/** Something bad. It resolves when it is over, to how often it really happened. */
export interface FaultKind {
  readonly name: string;
  /** How likely it is beside the others. */
  readonly weight: number;
  readonly inflict: (stage: Stage) => Promise<number>;
}

const forAWhile = (random: Random, fromMs: number, toMs: number): Promise<unknown> =>
  delay(fromMs + random.below(toMs - fromMs));

function killing(name: string, weight: number, pick: (stage: Stage) => Supervised | undefined): FaultKind {
  return {
    name: `kill ${name}`,
    weight,
    inflict: (stage) => {
      const victim = pick(stage);
      // One that has not come up yet could never get anything done.
      if (victim?.origin() === undefined) return Promise.resolve(0);
      victim.kill();
      return Promise.resolve(1);
    },
  };
}

function freezing(name: string, weight: number, pick: (stage: Stage) => Supervised | undefined): FaultKind {
  return {
    name: `stop and continue ${name}`,
    weight,
    inflict: async (stage) => {
      const victim = pick(stage)?.process();
      if (victim === undefined || victim.ended() !== undefined) return 0;
      victim.signal('SIGSTOP');
      await forAWhile(stage.random, 1_000, 6_000);
      victim.signal('SIGCONT');
      return 1;
    },
  };
}

function serverKill(server: ServerName): FaultKind {
  return {
    name: `kill ${server}`,
    weight: 1,
    inflict: async ({ world, searchAway }) => {
      if (server === 'elasticsearch') searchAway(true);
      await world.servers.own?.kill(server);
      await delay(500);
      await world.servers.own?.restart();
      if (server === 'elasticsearch') searchAway(false);
      return 1;
    },
  };
}

function serverFreeze(server: ServerName): FaultKind {
  return {
    name: `freeze ${server}`,
    weight: 1,
    inflict: async ({ world, random, searchAway }) => {
      if (server === 'elasticsearch') searchAway(true);
      await world.servers.own?.freeze(server);
      await forAWhile(random, 1_000, 5_000);
      await world.servers.own?.thaw(server);
      if (server === 'elasticsearch') searchAway(false);
      return 1;
    },
  };
}

function network(
  name: string,
  toxic: 'refuse' | 'blackhole' | number,
  server: 'kafka' | 'postgres',
): FaultKind {
  return {
    name: `${name} ${server}`,
    weight: 2,
    inflict: async ({ cast, random }) => {
      const proxy = cast[server];
      const before = proxy.faults();
      await proxy.set(toxic);
      await forAWhile(random, 500, 5_000);
      await proxy.set('pass');
      return Math.sign(proxy.faults() - before);
    },
  };
}

function badAnswers(name: string, decide: Decide): FaultKind {
  return {
    name,
    weight: 2,
    inflict: async ({ cast: { elasticsearch }, random }) => {
      const before = elasticsearch.injected;
      elasticsearch.inject(decide);
      await forAWhile(random, 500, 4_000);
      elasticsearch.inject(undefined);
      return elasticsearch.injected - before;
    },
  };
}

const terminate: FaultKind = {
  name: 'terminate Postgres sessions',
  weight: 2,
  inflict: async ({ world }) => {
    const admin = new pg.Client({ connectionString: world.adminUrl });
    admin.on('error', () => undefined);
    await admin.connect();
    try {
      const { rowCount } = await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename <> 'postgres'`,
      );
      return rowCount ?? 0;
    } finally {
      await admin.end();
    }
  },
};

const killJob: FaultKind = {
  name: 'kill rebuild-job',
  weight: 1,
  inflict: async ({ job, random }) => {
    const running = job();
    // Not while it still starts: the fault must meet it running.
    await forAWhile(random, 1_000, 5_000);
    if (running === undefined || running !== job()) return 0;
    running.signal('SIGKILL');
    return 1;
  },
};

const isBulk = (path: string): boolean => path.includes('_bulk');

/** What is done to processes, at the same time as what is done to servers and networks. */
const toProcesses: readonly FaultKind[] = [
  killing('product-api', 1, ({ cast }) => cast.api),
  killing('outbox-relay', 3, ({ cast, random }) => random.pick(cast.relays)),
  killing('projection-consumer', 3, ({ cast, random }) => random.pick(cast.consumers)),
  killJob,
  freezing('outbox-relay', 2, ({ cast, random }) => random.pick(cast.relays)),
  freezing('projection-consumer', 2, ({ cast, random }) => random.pick(cast.consumers)),
  freezing('product-api', 1, ({ cast }) => cast.api),
];

const toServersAndNetworks: readonly FaultKind[] = [
  network('refuse', 'refuse', 'kafka'),
  network('blackhole', 'blackhole', 'kafka'),
  network('delay', 200, 'kafka'),
  network('refuse', 'refuse', 'postgres'),
  network('delay', 100, 'postgres'),
  badAnswers('Elasticsearch: 503', () => ({ kind: 'answer', status: 503 })),
  badAnswers('Elasticsearch: 429', ({ path }) =>
    isBulk(path) ? { kind: 'answer', status: 429 } : undefined,
  ),
  badAnswers('Elasticsearch: items refused', ({ path, ids }) =>
    isBulk(path)
      ? { kind: 'refuse-items', ids: new Set(ids.filter((_, index) => index % 2 === 0)) }
      : undefined,
  ),
  badAnswers('Elasticsearch: answers lost', () => ({ kind: 'lose-answer' })),
  badAnswers('Elasticsearch: answers cut off', ({ path }) =>
    isBulk(path) ? { kind: 'truncate' } : undefined,
  ),
  terminate,
  serverKill('postgres'),
  serverKill('kafka'),
  serverKill('elasticsearch'),
  serverFreeze('postgres'),
  serverFreeze('kafka'),
  serverFreeze('elasticsearch'),
];

/** Two of them run at the same time, one of each. */
export const lanes: readonly (readonly FaultKind[])[] = [toProcesses, toServersAndNetworks];

/** One of these, the likelier ones more often. */
export function pickKind(kinds: readonly FaultKind[], random: Random): FaultKind {
  const total = kinds.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.below(total);
  return kinds.find(({ weight }) => (left -= weight) < 0) ?? kinds[0]!;
}

import type { AppProcess } from '../../cluster/app-process.ts';
import { startApi, startConsumer, startRelay } from '../../cluster/pipeline.ts';
import type { AppOptions } from '../../cluster/world.ts';
import { checkAtRest } from '../../oracle/check-all.ts';
import { checkCommands } from '../../oracle/command-history.ts';
import { servingIndex, settled } from '../../oracle/documents.ts';
import { committedEvents } from '../../oracle/event-store.ts';
import type { Row, Scene } from '../../row.ts';
import { sendCommands } from '../../traffic/commands.ts';
import { checkAlias, samplingText, watchAlias } from '../../traffic/alias.ts';
import { checkReaders, readProducts } from '../../traffic/observers.ts';
import { randomFrom } from '../../traffic/random.ts';
import { check, eventually } from '../../waiting.ts';

/** What `underTraffic` has started. */
export interface Running {
  readonly api: AppProcess;
  readonly relay: AppProcess;
  readonly consumer: AppProcess;
}

/** Does `work` while commands are sent and products are read, then judges all that was recorded. */
export async function underTraffic(
  { world, note }: Omit<Scene, 'faults'>,
  perSecond: number,
  work: (running: Running) => Promise<void>,
  options: AppOptions = {},
): Promise<void> {
  const api = await startApi(world, options);
  const relay = startRelay(world, { ...options, args: ['--poll-ms=100'] });
  const consumer = await startConsumer(world, options);
  await settled(world);
  const commands = sendCommands({
    origin: api.origin,
    random: randomFrom(4),
    perSecond,
    products: 60,
    atOnce: 12,
  });
  const alias = watchAlias(world);
  const reader = readProducts(world, () => [
    ...new Set(commands.sent.slice(-60).flatMap(({ productId }) => productId ?? [])),
  ]);
  try {
    await eventually(() => check(commands.sent.length > 100, 'no commands yet'));
    await work({ api: api.process(), relay, consumer });
  } finally {
    await commands.stop();
  }
  const [aliasHistory, reads] = [await alias.stop(), await reader.stop()];
  checkReaders(reads);
  await checkAlias(world, aliasHistory);
  const { acknowledged } = checkCommands(commands.sent, await committedEvents(world));
  const { duplicates } = await checkAtRest(world);
  note(
    `${acknowledged} commands, ${reads.reads} reads, ` +
      `${aliasHistory.seen.length - 1} switches, ${samplingText(aliasHistory)}; ${duplicates} duplicate records`,
  );
}

/** Runs a verb of the rebuild job that has to move readers. */
export async function verb(scene: Scene, ...args: string[]): Promise<string> {
  const before = await servingIndex(scene.world);
  const { code, text } = await scene.world.job([...args, '--projection', 'product_search']);
  check(code === 0, `${args[0]} ended with ${code}:\n${text.slice(-1_000)}`);
  check((await servingIndex(scene.world)) !== before, `${args[0]} did not move readers`);
  scene.faults.count(`readers switched by ${args[0]}`);
  return text;
}

const liveCutover = (scene: Scene): Promise<void> =>
  underTraffic(scene, 200, async () => {
    await verb(scene, 'rebuild');
    await verb(scene, 'rollback');
  });

/** The consumer is stopped, so that it lags when the switch is prepared, then killed, and later started again. */
const cutoverBesideFaults = (scene: Scene): Promise<void> =>
  underTraffic(scene, 100, async ({ consumer }) => {
    const { world, faults } = scene;
    consumer.signal('SIGSTOP');
    faults.count('consumer stopped during a rebuild');
    const running = verb(scene, 'rebuild');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    consumer.signal('SIGCONT');
    await running;
    await consumer.kill('SIGKILL');
    faults.count('consumer killed before a rebuild');
    await verb(scene, 'rebuild');
    await verb(scene, 'rollback');
    await startConsumer(world);
  });

export const cutoverRows: readonly Row[] = [
  {
    id: 'B4',
    title: 'Cutover and rollback under 200 commands/s',
    inject: 'rebuild, then rollback, while the consumer leads',
    expect: 'nothing lost between bound and switch, no read goes back, none fails',
    invariants: ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7'],
    kind: 'scenario',
    fires: ['readers switched by rebuild', 'readers switched by rollback'],
    run: liveCutover,
  },
  {
    id: 'B4b',
    title: 'Cutover while the consumer lags, and while it is down',
    inject: 'SIGSTOP during a rebuild; SIGKILL before another rebuild and a rollback; started again',
    expect: 'the same',
    invariants: ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7'],
    kind: 'scenario',
    fires: ['consumer stopped during a rebuild', 'consumer killed before a rebuild'],
    run: cutoverBesideFaults,
  },
  {
    id: 'B18',
    title: 'Two environments on one read-model database',
    inject:
      'another topic, cluster or alias on the same registry; a topic made again; a registry that both have used',
    expect:
      'exit 1 before anything is read or written, both named; no way back across logs or readers; what is read stays',
    invariants: ['I6', 'I7', 'I12'],
    kind: 'spec',
    specs: [
      {
        file: 'libs/cli/src/bound-registry.int.spec.ts',
        titles: [
          'is refused with 1 before',
          'cannot promote',
          'leaves the first one its way back',
          'gives the registry',
        ],
      },
      {
        file: 'libs/read_model/feed/src/feed/assert-bound.int.spec.ts',
        titles: ['refuses another topic, another alias and another cluster', 'refuses one alias for two'],
      },
      {
        file: 'libs/read_model/rebuild/src/rebuild/one-log-one-alias.int.spec.ts',
        titles: ['is not caught up from', 'leads no way back'],
      },
      { file: 'apps/projection-consumer/src/starting.e2e.spec.ts', titles: ['ends with 1, names both'] },
    ],
  },
  {
    id: 'B4c',
    title: 'A search is paged across a cutover and under writes',
    inject:
      'readers switched between two pages; products written between two pages; the generation deleted, closed',
    expect:
      'every product that stays as it is appears once, by every order; without the generation, 400 invalid-cursor',
    invariants: ['I6'],
    kind: 'spec',
    specs: [
      {
        file: 'apps/search-api/src/search/paging.int.spec.ts',
        titles: ['stay in the generation', 'show every product that stays', 'end with a word on what to do'],
      },
    ],
  },
];

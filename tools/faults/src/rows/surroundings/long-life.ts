import { setTimeout as delay } from 'node:timers/promises';
import { successfulRebuild } from '../../cluster/rebuild.ts';
import { checkIndex, servingIndex } from '../../oracle/documents.ts';
import { committedEvents } from '../../oracle/event-store.ts';
import type { Row, Scene } from '../../row.ts';
import { seed } from '../../traffic/seed.ts';
import { check, checkSame } from '../../waiting.ts';
import { underTraffic, verb } from '../rebuild/cutover.ts';

/** Makes the registry believe that the last switch was an hour ago. No other time of it is kept. */
async function anHourAgo({ world, faults }: Scene): Promise<void> {
  await world.read.query(
    `UPDATE registry.generations SET state_changed_at = state_changed_at - interval '1 hour'`,
  );
  faults.count('an hour since the switch');
}

async function keptFed(scene: Scene): Promise<void> {
  const { faults, note, long } = scene;
  const liveMs = long ? 300_000 : 15_000;
  let rollbackMs = 0;
  await underTraffic(scene, 60, async () => {
    await verb(scene, 'rebuild');
    await delay(liveMs);
    faults.count('events for a while after the switch');
    await anHourAgo(scene);
    const begun = performance.now();
    const text = await verb(scene, 'rollback');
    rollbackMs = Math.round(performance.now() - begun);
    check(!/behind/.test(text), `I12: reported events though it was kept fed:\n${text.slice(-400)}`);
  });
  note(`live for ${liveMs / 1_000} s; the rollback took ${rollbackMs} ms, start of the process included`);
}

async function notFed(scene: Scene): Promise<void> {
  const { world, note } = scene;
  const first = await seed(world, { products: 60, events: 4, upTo: 'log' });
  await successfulRebuild(world);
  const old = await servingIndex(world);
  await successfulRebuild(world);
  // Nobody feeds the one on standby, as if the consumer had been away since the switch.
  await seed(world, { products: 60, events: 3, upTo: 'log', after: first });
  await anHourAgo(scene);
  const { code, text } = await world.job(['rollback', '--projection', 'product_search']);
  checkSame(code, 0, `the exit code of the rollback\n${text.slice(-600)}\n`);
  checkSame(await servingIndex(world), old, 'the serving index');
  await checkNotBehind(scene);
  note(text.split('\n').at(-1)?.slice(0, 200) ?? '');
}

/** Without a consumer the rollback itself has to bring the old one as far as the one it replaces, or further. */
async function checkNotBehind({ world }: Scene): Promise<void> {
  const events = (await committedEvents(world)).map(({ event }) => event);
  const serving = await servingIndex(world);
  const upTo = (version: number) => events.filter(({ aggregateversion }) => aggregateversion <= version);
  const results = await Promise.allSettled(
    [4, 7].map((version) => checkIndex(world, serving, upTo(version))),
  );
  check(
    results.some(({ status }) => status === 'fulfilled'),
    'I7: the index rolled back to is behind the one it replaced',
  );
}

export const longLifeRows: readonly Row[] = [
  {
    id: 'B17',
    title: 'Rollback long after the switch, the old index kept fed',
    inject: '60 commands/s for 15 s (5 min with --long) after a rebuild, and an hour set in the registry',
    expect: 'at once, nothing to warn of, no read goes back, none fails',
    invariants: ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I12'],
    kind: 'scenario',
    fires: ['an hour since the switch', 'events for a while after the switch'],
    withinSeconds: 700,
    run: keptFed,
  },
  {
    id: 'B17b',
    title: 'Rollback an hour after the switch, the old index not fed',
    inject: 'events after the switch that nobody fed to the old index',
    expect: 'it is brought as far as what it replaces before readers go back',
    invariants: ['I5', 'I7', 'I12'],
    kind: 'scenario',
    fires: ['an hour since the switch'],
    run: notFed,
  },
];

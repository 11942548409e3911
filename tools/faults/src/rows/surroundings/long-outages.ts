import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { metricsOf, testCredential } from '@reprise/test-kit/access';
import type { AppProcess } from '../../cluster/app-process.ts';
import { startApi, startConsumer, startRelay } from '../../cluster/pipeline.ts';
import { checkAtRest } from '../../oracle/check-all.ts';
import { checkCommands } from '../../oracle/command-history.ts';
import { settled } from '../../oracle/documents.ts';
import { committedEvents, unpublished } from '../../oracle/event-store.ts';
import type { Row, Scene } from '../../row.ts';
import { sendCommands } from '../../traffic/commands.ts';
import { randomFrom } from '../../traffic/random.ts';
import { seed } from '../../traffic/seed.ts';
import { check, checkSame, eventually } from '../../waiting.ts';

/** Resident memory in MiB. */
function memoryOf({ pid }: AppProcess): number {
  const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  return (Number(pages) * 4_096) / 2 ** 20;
}

/** Calls `look` every second for so long. */
async function everySecond(durationMs: number, look: (second: number) => Promise<void>): Promise<void> {
  const until = performance.now() + durationMs;
  for (let second = 0; performance.now() < until; second++) {
    await look(second);
    await delay(1_000);
  }
}

async function metric(origin: string, name: string): Promise<number> {
  const text = await metricsOf(origin);
  const line = text.split('\n').find((one) => one.startsWith(`${name}{`) || one.startsWith(`${name} `));
  check(line !== undefined, `there is no ${name}`);
  return Number(line.split(' ').at(-1));
}

const drained = (scene: Scene): Promise<void> =>
  eventually(async () => checkSame(await unpublished(scene.world), 0, 'unpublished outbox rows'), {
    timeoutMs: 120_000,
    intervalMs: 500,
  });

async function brokerUnreachable(scene: Scene): Promise<void> {
  const { world, faults, note, long } = scene;
  const eachMs = long ? 150_000 : 20_000;
  const { proxy, env } = await world.tcp('kafka');
  const api = await startApi(world);
  const relay = startRelay(world, { env });
  const origin = await relay.ready();
  const consumer = await startConsumer(world);
  const commands = sendCommands({ origin: api.origin, random: randomFrom(8), perSecond: 40, products: 80 });
  const outages: string[] = [];
  try {
    await eventually(() => check(commands.sent.length > 80, 'no commands yet'));
    await drained(scene).catch(() => undefined);
    for (const toxic of ['refuse', 'blackhole'] as const) {
      const [sent, begun] = [commands.sent.length, performance.now()];
      await proxy.set(toxic);
      faults.count(`broker unreachable (${toxic})`);
      const [memory, waiting]: [number[], number[]] = [[], []];
      await everySecond(eachMs, async (second) => {
        memory.push(memoryOf(relay));
        if (second % 5 === 0) waiting.push(await unpublished(world));
      });
      const ready = await fetch(`${origin}/health/ready`);
      checkSame(ready.status, 503, 'ready, while the broker is away');
      const checks = await fetch(`${origin}/health/checks`, { headers: testCredential });
      check(/"eventLog":"failed/.test(await checks.text()), 'it does not say what is away');
      checkSame((await fetch(`${origin}/health/live`)).status, 200, 'live, while the broker is away');
      check(
        waiting.every((count, index) => index < 2 || count > (waiting[index - 1] ?? 0)),
        `the outbox does not grow all the time: ${waiting.join(', ')}`,
      );
      const third = Math.ceil(memory.length / 3);
      const [early, late] = [Math.max(...memory.slice(0, third)), Math.max(...memory.slice(-third))];
      check(late - early < 48, `memory went from ${early.toFixed(0)} to ${late.toFixed(0)} MiB`);
      const seconds = Math.round((performance.now() - begun) / 1_000);
      outages.push(
        `${toxic} ${seconds} s: ${commands.sent.length - sent} commands, ${waiting.at(-1)} waiting, ` +
          `${early.toFixed(0)} to ${late.toFixed(0)} MiB`,
      );
      await proxy.set('pass');
      await drainedFrom(scene, waiting.at(-1) ?? 0);
    }
  } finally {
    await commands.stop();
  }
  await drained(scene);
  for (const { name, ended } of [api.process(), relay, consumer])
    check(ended() === undefined, `${name} ended while the broker was away`);
  checkSame(
    commands.sent.filter(({ attempts }) => attempts > 1).length,
    0,
    'commands that had to be repeated because the broker was away',
  );
  checkCommands(commands.sent, await committedEvents(world));
  const { duplicates, committed } = await checkAtRest(world);
  note(`${outages.join('; ')}; then ${committed} events in order, ${duplicates} duplicate records`);
}

/** Commands continue, so the outbox is never quite empty; it has to shrink to almost nothing. */
const drainedFrom = ({ world }: Scene, before: number): Promise<void> =>
  eventually(
    async () => {
      const left = await unpublished(world);
      check(left <= Math.max(20, before / 20), `${left} rows still wait`);
    },
    { timeoutMs: 180_000, intervalMs: 500 },
  );

async function openTransaction(scene: Scene): Promise<void> {
  const { world, faults, note, long } = scene;
  const openMs = long ? 300_000 : 60_000;
  const api = await startApi(world);
  const relay = startRelay(world);
  const origin = await relay.ready();
  await startConsumer(world);
  const commands = sendCommands({ origin: api.origin, random: randomFrom(9), perSecond: 60, products: 60 });
  const open = await world.write.connect();
  const doomed = await world.write.connect();
  let [most, events] = [0, 0];
  try {
    await eventually(() => check(commands.sent.length > 80, 'no commands yet'));
    for (const transaction of [open, doomed]) {
      await transaction.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      const written = await seed(world, { products: 5, events: 3, upTo: 'outbox', through: transaction });
      if (transaction === open) events = written.length;
      faults.count('transaction left open after it wrote events');
    }
    await everySecond(openMs, async (second) => {
      // What others commit is published meanwhile: nothing waits for the open ones.
      if (second % 5 === 0) most = Math.max(most, await unpublished(world));
    });
    const age = await metric(origin, 'outbox_relay_oldest_open_writer_age_seconds');
    check(age > openMs / 1_000 - 10, `the alarm reports an open writer of ${age} s`);
    check(most < 600, `${most} rows waited while a transaction was open`);
    await doomed.query('ROLLBACK');
    await open.query('COMMIT');
  } finally {
    await commands.stop();
    open.release(true);
    doomed.release(true);
  }
  await drained(scene);
  const { duplicates, committed } = await checkAtRest(world);
  const ofCommands = (await committedEvents(world)).filter(
    ({ event }) => !event.correlationid.startsWith('seed-'),
  );
  checkSame(committed - ofCommands.length, events, 'I1: events of the transaction that was committed late');
  const { acknowledged } = checkCommands(commands.sent, ofCommands);
  await settled(world);
  note(
    `open for ${openMs / 1_000} s beside ${acknowledged} commands, at most ${most} rows waited; ` +
      `${events} late events published, ${duplicates} duplicate records`,
  );
}

export const longOutageRows: readonly Row[] = [
  {
    id: 'W3b',
    title: 'Two transactions stay open under load, one commits late, one rolls back',
    inject: 'repeatable read, events written, idle for 60 s (5 min with --long) beside 60 commands/s',
    expect: 'others are published meanwhile; the age of the open writer is reported; then nothing is skipped',
    invariants: ['I1', 'I2', 'I3', 'I4', 'I5'],
    kind: 'scenario',
    fires: ['transaction left open after it wrote events'],
    withinSeconds: 600,
    run: openTransaction,
  },
  {
    id: 'R6c',
    title: 'The broker is unreachable for minutes under load',
    inject: 'TCP proxy before the relay refuses, then swallows everything: 2 × 20 s, with --long 2 × 150 s',
    expect: 'the API keeps serving, the outbox grows, memory stays flat, everything drains in order',
    invariants: ['I1', 'I2', 'I3', 'I4', 'I5'],
    kind: 'scenario',
    fires: ['broker unreachable (refuse)', 'broker unreachable (blackhole)'],
    withinSeconds: 900,
    run: brokerUnreachable,
  },
];

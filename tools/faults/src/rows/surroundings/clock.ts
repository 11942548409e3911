import type { AppProcess } from '../../cluster/app-process.ts';
import { jumpingClock, standingClock } from '../../cluster/clock.ts';
import { rebuild, rebuildArguments, successfulRebuild, type Receipt } from '../../cluster/rebuild.ts';
import { checkNoDebris } from '../../oracle/debris.ts';
import { servingIndex, settled } from '../../oracle/documents.ts';
import type { Row, Scene } from '../../row.ts';
import { checkAlias, watchAlias } from '../../traffic/alias.ts';
import { seed } from '../../traffic/seed.ts';
import { check, checkSame, eventually } from '../../waiting.ts';
import { underTraffic, verb } from '../rebuild/cutover.ts';

const jumped = (process: AppProcess): boolean =>
  process.lines.some((line) => line.includes('the clock jumped'));

/** Sends the signal at which the clock of a process jumps, and waits until it has. */
async function jump(process: AppProcess): Promise<void> {
  process.signal('SIGUSR2');
  await eventually(() => check(jumped(process), `the clock of ${process.name} has not jumped`));
}

async function duringRebuilds({ world, faults }: Scene): Promise<void> {
  await seed(world, { products: 60, events: 5, upTo: 'log' });
  const { digest } = await successfulRebuild(world);
  const names = new Set([await servingIndex(world)]);
  const alias = watchAlias(world);
  for (const jumpMs of [-3_600_000, -86_400_000, 3_600_000, 30 * 86_400_000]) {
    const { proxy, env } = await world.http();
    const started: { process?: AppProcess } = {};
    let jumping: Promise<void> | undefined;
    proxy.inject(({ path }) => {
      if (!path.includes('_bulk') || jumping !== undefined || started.process === undefined) return undefined;
      jumping = jump(started.process).then(() => faults.count('clock jumped during a rebuild'));
      return { kind: 'hold', until: jumping };
    });
    started.process = world.start('rebuild-job', {
      env: { ...env, ...jumpingClock(jumpMs) },
      args: rebuildArguments,
    });
    const { code } = await started.process.exit();
    const text = started.process.lines.join('\n');
    checkSame(code, 0, `the exit code with a clock ${jumpMs / 1_000} s off\n${text.slice(-600)}\n`);
    checkSame((JSON.parse(started.process.stdout()) as Receipt).digest, digest, 'I10: the digest');
    names.add(await servingIndex(world));
  }
  checkSame(names.size, 5, 'different names');
  await checkAlias(world, await alias.stop());
  await settled(world);
  await checkNoDebris(world);
}

async function inOneSecond({ world, faults, note }: Scene): Promise<void> {
  await seed(world, { products: 60, events: 5, upTo: 'log' });
  const env = standingClock(new Date('2026-03-01T12:00:00Z'));
  const receipts: Receipt[] = [];
  for (let round = 0; round < 3; round++) {
    receipts.push(await successfulRebuild(world, [], { env }));
    faults.count('build begun in the same second');
  }
  const names = receipts.map(({ generation }) => generation?.name ?? '');
  checkSame(new Set(names).size, 3, `different names (${names.join(', ')})`);
  check(
    names.every((name) => name.includes('_20260301_120000_')),
    `the clock did not stand still: ${names.join(', ')}`,
  );
  checkSame(new Set(receipts.map(({ digest }) => digest)).size, 1, 'I10: digests');
  checkSame(await servingIndex(world), names.at(-1), 'the serving index');
  // Really at the same time. One of them does not wait: it reports that another one is running.
  const both = await Promise.all([rebuild(world, [], { env }), rebuild(world, [], { env })]);
  faults.count('two builds at the same moment');
  const codes = both.map(({ code }) => code).sort();
  check(['0,3', '0,0'].includes(codes.join()), `exit codes ${codes.join(', ')} of two runs at once`);
  await settled(world);
  await checkNoDebris(world);
  note(`${names.map((name) => name.slice(-10)).join(', ')}; two at once ended with ${codes.join(' and ')}`);
}

const ofServices = (scene: Scene): Promise<void> =>
  underTraffic(
    scene,
    60,
    async (running) => {
      await verb(scene, 'rebuild');
      for (const process of Object.values(running)) {
        await jump(process);
        scene.faults.count('clock of a service jumped back a day');
      }
      await verb(scene, 'rollback');
      await verb(scene, 'rebuild');
    },
    { env: jumpingClock(-86_400_000) },
  );

export const clockRows: readonly Row[] = [
  {
    id: 'B15',
    title: 'The clock jumps during a rebuild',
    inject:
      'Date in all threads of the process jumps at the first bulk: back an hour, a day, ahead an hour, a month',
    expect: 'names are unique, the same digest, nothing is decided by the clock',
    invariants: ['I6', 'I10', 'I13'],
    kind: 'scenario',
    fires: ['clock jumped during a rebuild'],
    run: duringRebuilds,
  },
  {
    id: 'B15b',
    title: 'Builds begin in one second',
    inject: 'three builds whose clock stands still; two more at the same moment',
    expect: 'each has its own name; of two at once one is refused',
    invariants: ['I6', 'I10', 'I13'],
    kind: 'scenario',
    fires: ['build begun in the same second', 'two builds at the same moment'],
    run: inOneSecond,
  },
  {
    id: 'B15c',
    title: 'The clocks of API, relay and consumer jump back under traffic',
    inject: 'Date jumps back a day in each of them, before a rollback and a rebuild',
    expect: 'nothing lost, order kept, no read goes back',
    invariants: ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7'],
    kind: 'scenario',
    fires: ['clock of a service jumped back a day'],
    run: ofServices,
  },
];

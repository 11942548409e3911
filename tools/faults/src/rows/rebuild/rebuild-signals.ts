import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { AppProcess } from '../../cluster/app-process.ts';
import { rebuildArguments, successfulRebuild, type Receipt } from '../../cluster/rebuild.ts';
import { checkNoDebris } from '../../oracle/debris.ts';
import { servingIndex, settled } from '../../oracle/documents.ts';
import { checkUntouched, observeUntouched } from '../../oracle/isolation.ts';
import type { Row, Scene } from '../../row.ts';
import { checkAlias, watchAlias } from '../../traffic/alias.ts';
import { seed } from '../../traffic/seed.ts';
import { check, checkSame, eventually } from '../../waiting.ts';

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type SignalName = keyof typeof exitCodes;

/** Sends a signal and waits until the kernel has handed it over: two that are pending at the same time would become one. */
async function sendSignal(process: AppProcess, name: SignalName): Promise<void> {
  process.signal(name);
  await eventually(
    () => {
      const status = readFileSync(`/proc/${process.pid}/status`, 'utf8');
      const pending = [...status.matchAll(/^(?:SigPnd|ShdPnd):\s*(\w+)$/gm)].map(([, bits]) => bits);
      check(
        pending.every((bits) => /^0+$/.test(bits ?? '')),
        `${name} is still pending`,
      );
    },
    { intervalMs: 5 },
  );
}

async function lastCheckpoint({ world }: Scene): Promise<unknown> {
  const { rows } = await world.read.query<{ checkpoint: unknown }>(
    'SELECT checkpoint FROM registry.runs ORDER BY started_at DESC LIMIT 1',
  );
  return rows[0]?.checkpoint;
}

/** A rebuild that is met in the middle of its first bulk, whose answer is held until `met` is over. */
async function metAtWork(
  { world }: Scene,
  met: (process: AppProcess) => Promise<void>,
): Promise<{ code: number | null; process: AppProcess }> {
  const { proxy, env } = await world.http();
  const started: { process?: AppProcess } = {};
  let meeting: Promise<void> | undefined;
  proxy.inject(({ path }) => {
    if (!path.includes('_bulk') || meeting !== undefined || started.process === undefined) return undefined;
    meeting = met(started.process);
    return { kind: 'hold', until: meeting };
  });
  started.process = world.start('rebuild-job', { env, args: rebuildArguments });
  const exit = await started.process.exit();
  // Once it has given its handlers back, at its very end, a signal ends it as a shell counts it: 128 and the signal's number.
  const code = exit.code ?? exitCodes[exit.signal as SignalName] ?? null;
  check(meeting !== undefined, 'the rebuild made no bulk');
  await meeting;
  return { code, process: started.process };
}

async function once(scene: Scene): Promise<void> {
  const { world, faults, note } = scene;
  await seed(world, { products: 60, events: 5, upTo: 'log' });
  const { digest } = await successfulRebuild(world);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const [before, untouched, alias] = [
      await servingIndex(world),
      await observeUntouched(world),
      watchAlias(world),
    ];
    const { code, process } = await metAtWork(scene, async (running) => {
      await sendSignal(running, signal);
      faults.count(`${signal} in the middle of a batch`);
    });
    checkSame(code, exitCodes[signal], `I12: the exit code\n${process.lines.slice(-8).join('\n')}\n`);
    const { outcome, cutover } = JSON.parse(process.stdout()) as Receipt;
    checkSame({ outcome, cutover }, { outcome: 'cancelled', cutover: null }, 'I12: the receipt');
    check((await lastCheckpoint(scene)) != null, 'no checkpoint was saved');
    checkSame(await servingIndex(world), before, 'I6: the serving index');
    await checkUntouched(world, untouched);
    const resumed = await successfulRebuild(world, ['--resume']);
    checkSame(resumed.digest, digest, 'I10: the digest of the resumed run');
    await checkAlias(world, await alias.stop());
    await settled(world);
    await checkNoDebris(world);
  }
  note('checkpoint saved, resumed to the same digest');
}

/** Between two signals of a person, who needs longer than those that npm and Nx hand on. */
const apartMs = 500;

async function twice(scene: Scene): Promise<void> {
  const { world, faults, note } = scene;
  await seed(world, { products: 60, events: 5, upTo: 'log' });
  const { digest } = await successfulRebuild(world);
  let longestMs = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const [before, untouched, alias] = [
      await servingIndex(world),
      await observeUntouched(world),
      watchAlias(world),
    ];
    const { code } = await metAtWork(scene, async (running) => {
      await sendSignal(running, signal);
      check(running.ended() === undefined, 'the first signal ended it in the middle of a batch');
      // Sooner it would be the first one, heard twice.
      await delay(apartMs);
      const begun = performance.now();
      running.signal(signal);
      faults.count(`${signal} twice in the middle of a batch`);
      // The batch never ends before the process does.
      await running.exit();
      longestMs = Math.max(longestMs, Math.round(performance.now() - begun));
    });
    checkSame(code, exitCodes[signal], 'I12: the exit code');
    checkSame(await servingIndex(world), before, 'I6: the serving index');
    await checkUntouched(world, untouched);
    const next = await successfulRebuild(world);
    checkSame(next.digest, digest, 'I10: the digest of the next run');
    await checkAlias(world, await alias.stop());
    await settled(world);
    await checkNoDebris(world);
  }
  note(`ended within ${longestMs} ms of the second signal`);
}

const head = { invariants: ['I5', 'I6', 'I8', 'I10', 'I12', 'I13'], kind: 'scenario' } as const;

export const rebuildSignalRows: readonly Row[] = [
  {
    ...head,
    id: 'B2',
    title: 'SIGINT or SIGTERM during a rebuild',
    inject: 'the signal while a bulk is under way',
    expect: 'the batch ends, the checkpoint is saved, exit 130 or 143; resumed to the same digest',
    fires: ['SIGINT in the middle of a batch', 'SIGTERM in the middle of a batch'],
    run: once,
  },
  {
    ...head,
    id: 'B2b',
    title: 'SIGINT or SIGTERM twice during a rebuild',
    inject: 'the signal again while the batch cannot end',
    expect: 'it ends at once, exit 130 or 143; readers stay, the next run comes to the same digest',
    fires: ['SIGINT twice in the middle of a batch', 'SIGTERM twice in the middle of a batch'],
    run: twice,
  },
];

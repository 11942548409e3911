import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into a process and its threads. At SIGUSR2 the wall clock, as JavaScript sees it, jumps by FAULTS_CLOCK_JUMP_MS; with
 * FAULTS_CLOCK_STANDS_AT it stands still at that moment from the beginning. Monotonic clocks and timers continue, as they do when an
 * operator or a time server sets the clock of a machine. Everything here is JavaScript, and Date is the only wall clock it has.
 */
const jumpMs = Number(process.env['FAULTS_CLOCK_JUMP_MS'] ?? 0);
const standsAt = process.env['FAULTS_CLOCK_STANDS_AT'];
const Real = globalThis.Date;
let offset = 0;

class Jumping extends Real {
  constructor(...args: unknown[]) {
    if (args.length === 0) super(Jumping.now());
    else super(...(args as [number]));
  }

  static override now(): number {
    return standsAt === undefined ? Real.now() + offset : Number(standsAt);
  }
}

globalThis.Date = Jumping as DateConstructor;

// Signals come to the main thread only, which passes the jump on to the others.
const clock = new BroadcastChannel('faults-clock');
clock.unref();
const jump = (): void => {
  offset = jumpMs;
};
if (isMainThread)
  process.on('SIGUSR2', () => {
    jump();
    clock.postMessage('jump');
    writeSync(2, 'the clock jumped\n');
  });
else clock.onmessage = jump;

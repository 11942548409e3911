import { writeSync } from 'node:fs';

/**
 * Loaded into a process: half a second after its start the wall clock, as JavaScript sees it, jumps by FAULTS_CLOCK_JUMP_MS.
 * Monotonic clocks and timers go on, as when an operator sets the clock.
 */
const jumpMs = Number(process.env['FAULTS_CLOCK_JUMP_MS'] ?? 0);
const Real = globalThis.Date;
let offset = 0;

class Jumping extends Real {
  constructor(...args: unknown[]) {
    if (args.length === 0) super(Jumping.now());
    else super(...(args as [number]));
  }

  static override now(): number {
    return Real.now() + offset;
  }
}

globalThis.Date = Jumping as DateConstructor;
setTimeout(() => {
  offset = jumpMs;
  writeSync(2, 'the clock jumped\n');
}, 500).unref();

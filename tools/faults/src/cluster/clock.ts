import { fileURLToPath } from 'node:url';

const preload = fileURLToPath(new URL('./clock-jump.ts', import.meta.url));

/** The environment of a process whose wall clock jumps by so much when it gets SIGUSR2. */
export const jumpingClock = (jumpMs: number): Record<string, string> => ({
  NODE_OPTIONS: `--import=${preload}`,
  FAULTS_CLOCK_JUMP_MS: String(jumpMs),
});

/** The environment of a process whose wall clock stands still. */
export const standingClock = (at: Date): Record<string, string> => ({
  NODE_OPTIONS: `--import=${preload}`,
  FAULTS_CLOCK_STANDS_AT: String(at.getTime()),
});

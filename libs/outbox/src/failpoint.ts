import { writeSync } from 'node:fs';

type Action = 'kill' | 'stop';

interface Armed {
  readonly action: Action;
  /** Fires at this hit, 1-based. */
  readonly at: number;
  hits: number;
}

const armed = new Map<string, Armed>();
for (const entry of process.env['NODE_ENV'] === 'production'
  ? []
  : (process.env['FAILPOINT'] ?? '').split(',')) {
  const found = /^([\w.]+)=(kill|stop)(?:@(\d+))?$/.exec(entry.trim());
  if (found !== null)
    armed.set(found[1] ?? '', { action: found[2] as Action, at: Number(found[3] ?? 1), hits: 0 });
}

const signals = { kill: 'SIGKILL', stop: 'SIGSTOP' } as const satisfies Record<Action, NodeJS.Signals>;

/**
 * A place where a test can end or stop the process: `FAILPOINT=relay.afterAck=kill@3` sends SIGKILL at the third pass,
 * `=stop` SIGSTOP; several are separated by commas. It reports on stderr that it fired, so a test knows that its fault happened.
 * Does nothing in production (NODE_ENV) or where no test armed it.
 */
export function failpoint(name: string): void {
  const point = armed.get(name);
  if (point === undefined) return;
  point.hits += 1;
  if (point.hits !== point.at) return;
  writeSync(2, `failpoint ${name} fired: ${point.action}\n`);
  process.kill(process.pid, signals[point.action]);
}

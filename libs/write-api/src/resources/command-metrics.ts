import { Counter, Histogram, type Registry } from 'prom-client';
import { type WriteResult } from '../aggregates/aggregate.ts';

/** Counts commands on one type of aggregate by their outcome and measures how long the store took for them. */
export class CommandMetrics {
  readonly #commands: Counter<'command' | 'outcome'>;
  readonly #duration: Histogram<'command'>;

  /** @param type of the aggregate: what the names of the metrics begin with */
  constructor(registry: Registry, type: string) {
    this.#commands = new Counter({
      name: `${type}_commands_total`,
      help: 'Commands by outcome; failed ones ended with an error',
      labelNames: ['command', 'outcome'],
      registers: [registry],
    });
    this.#duration = new Histogram({
      name: `${type}_command_duration_seconds`,
      help: 'Time from a validated command to its committed outcome',
      labelNames: ['command'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers: [registry],
    });
  }

  /** Runs one command and counts it, whatever comes out. */
  async observe<Result extends Pick<WriteResult<unknown>, 'outcome'>>(
    command: string,
    run: () => Promise<Result>,
  ): Promise<Result> {
    const stop = this.#duration.startTimer({ command });
    let outcome: WriteResult<unknown>['outcome'] | 'failed' = 'failed';
    try {
      const result = await run();
      outcome = result.outcome;
      return result;
    } finally {
      stop();
      this.#commands.inc({ command, outcome });
    }
  }
}

import { Counter, Histogram, type Registry } from 'prom-client';
import { type WriteResult } from './product-store.ts';

/** Counts commands by their outcome and measures how long the store took for them. */
export class CommandMetrics {
  readonly #commands: Counter<'command' | 'outcome'>;
  readonly #duration: Histogram<'command'>;

  constructor(registry: Registry) {
    this.#commands = new Counter({
      name: 'product_commands_total',
      help: 'Commands by outcome; failed ones ended with an error',
      labelNames: ['command', 'outcome'],
      registers: [registry],
    });
    this.#duration = new Histogram({
      name: 'product_command_duration_seconds',
      help: 'Time from a validated command to its committed outcome',
      labelNames: ['command'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers: [registry],
    });
  }

  /** Runs one command and counts it, whatever comes out. */
  async observe(command: string, run: () => Promise<WriteResult>): Promise<WriteResult> {
    const stop = this.#duration.startTimer({ command });
    let outcome: WriteResult['outcome'] | 'failed' = 'failed';
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

import { Command, InvalidArgumentError } from 'commander';

export interface BenchOptions {
  readonly events: number;
  readonly products: number;
  readonly partitions: number;
}

export interface Benchmark {
  readonly name: string;
  readonly description: string;
  readonly run: (options: BenchOptions) => Promise<void>;
}

/** A whole number, also written with separators: 1_000_000. */
function wholeNumber(text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (/^\d[\d_]*$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 on.');
}

/** The command line: every benchmark under its name, all with the same options. */
export function benchCommand(benchmarks: readonly Benchmark[]): Command {
  const program = new Command('bench').description(
    'Measures the rebuild beside its baselines, in the same run and on the same servers.',
  );
  for (const { name, description, run } of benchmarks) {
    program
      .command(name)
      .description(description)
      .option('--events <n>', 'events in the log', wholeNumber, 1_000_000)
      .option('--products <n>', 'products they belong to', wholeNumber, 100_000)
      .option('--partitions <n>', 'partitions of the topic', wholeNumber, 6)
      .addHelpText(
        'after',
        `
Makes topics, a database and indices of its own. The topics stay for the next run; everything else is deleted at the end.

Examples:
  npm run bench -- ${name}
  npm run bench -- ${name} --events 50_000 --products 5_000

Exit codes: 0 measured (whatever the figures), 1 a contender or a check failed, or the usage is wrong, 130/143 interrupted.`,
      )
      .action(async (options: BenchOptions, command: Command) => {
        if (options.events < options.products)
          command.error('error: --events must be at least --products: every product has at least one event');
        await run(options);
      });
  }
  return program;
}

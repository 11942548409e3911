import { repeatedOptions } from '@reprise/runtime';
import { Command, InvalidArgumentError } from 'commander';
import type { TaskOptions } from './child/task.ts';

/** A whole number, also written with separators: 1_000_000. */
function wholeNumber(text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (/^\d[\d_]*$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 on.');
}

/** Bytes, written as `512mb` or `2gb`. */
function bytes(text: string): number {
  const match = /^(\d+)(mb|gb)$/i.exec(text);
  if (match) return Number(match[1]) * 2 ** (match[2]?.toLowerCase() === 'gb' ? 30 : 20);
  throw new InvalidArgumentError('It must be a size, as in 512mb or 2gb.');
}

/** The options of all benchmarks; each accepts some of them. */
const optionTexts = {
  events: ['--events <n>', 'events in the log', wholeNumber],
  products: ['--products <n>', 'products they belong to', wholeNumber],
  partitions: ['--partitions <n>', 'partitions of the topic', wholeNumber],
  largeEvents: ['--large-events <n>', 'events in the large log', wholeNumber],
  largeProducts: ['--large-products <n>', 'products of the large log', wholeNumber],
  workers: ['--workers <n>', 'threads the rebuild reads and folds with', wholeNumber],
  memory: ['--memory <size>', 'memory the rebuild stays within, as in 512mb', bytes],
  shards: ['--shards <n>', 'processes that build one generation together', wholeNumber],
  seconds: ['--seconds <n>', 'how long it is written', wholeNumber],
  rate: ['--rate <n>', 'writes per second', wholeNumber],
  rounds: ['--rounds <n>', 'times each is measured', wholeNumber],
  looks: ['--looks <n>', 'how often the console has looked before it is measured', wholeNumber],
  concurrency: ['--concurrency <n>', 'requests in flight', wholeNumber],
} as const satisfies Record<string, readonly [string, string, (text: string) => number]>;

export type OptionName = keyof typeof optionTexts;
/** Values by name; those the benchmark does not take are absent, whatever the type says: declare what is used with `Pick`. */
export type BenchOptions = Readonly<Record<OptionName, number>>;
export type LogOptions = Pick<BenchOptions, 'events' | 'products' | 'partitions'>;
/** What a rebuild may use of the machine. */
export type RebuildResources = Pick<BenchOptions, 'workers' | 'memory'>;

export function rebuildTask({ workers, memory }: RebuildResources): TaskOptions {
  return { workers, memoryBytes: memory };
}

export interface Benchmark {
  readonly name: string;
  readonly description: string;
  /** The options it takes, with their defaults. */
  readonly defaults: Partial<BenchOptions>;
  /** Options of a run that ends soon, for the help. */
  readonly quick: string;
  readonly run: (options: BenchOptions) => Promise<void>;
}

/** The command line: every benchmark under its name. */
export function benchCommand(benchmarks: readonly Benchmark[]): Command {
  const program = new Command('bench').description(
    'Measures Reprise beside its baselines, in the same run and on the same servers.',
  );
  for (const benchmark of benchmarks) addBenchmark(program, benchmark);
  return program;
}

function addBenchmark(program: Command, { name, description, defaults, quick, run }: Benchmark): void {
  const command = program.command(name).description(description);
  for (const [option, value] of Object.entries(defaults)) {
    const [flags, text, parse] = optionTexts[option as OptionName];
    if (parse === bytes) command.option(flags, `${text} (default: ${value / 2 ** 20}mb)`, parse);
    else command.option(flags, text, parse, value);
  }
  const repeated = repeatedOptions(command);
  command
    .addHelpText(
      'after',
      `
Makes its own topics, databases and indices. Topics called bench.products-… stay for the next run; everything else is
deleted at the end.

Examples:
  npm run bench -- ${name}
  npm run bench -- ${name} ${quick}

Exit codes: 0 measured (whatever the figures), 1 a contender or a check failed, or the usage is wrong, 130/143 interrupted.`,
    )
    .action(async (given: Partial<BenchOptions>) => {
      if (repeated.length > 0) command.error(`error: ${repeated.join('\nerror: ')}`);
      const options = { ...defaults, ...given } as BenchOptions;
      refuseTooFew(command, options.events, options.products, '');
      refuseTooFew(command, options.largeEvents, options.largeProducts, 'large-');
      await run(options);
    });
}

function refuseTooFew(command: Command, events: number, products: number, prefix: string): void {
  if (events < products)
    command.error(
      `error: --${prefix}events must be at least --${prefix}products: every product has at least one event`,
    );
}

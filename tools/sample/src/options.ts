import { repeatedOptions } from '@reprise/runtime';
import { Command, InvalidArgumentError, Option } from 'commander';

export interface SampleOptions {
  readonly products: number;
  readonly events: number;
  readonly seed: number;
  readonly direct: boolean;
  readonly kafka?: string;
  readonly partitions: number;
  readonly append: boolean;
  readonly api?: string;
  readonly concurrency: number;
}

/** A whole number, also written with separators: 1_000_000. */
function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text.replaceAll('_', ''));
    if (/^-?\d[\d_]*$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} on.`);
  };
}

/** The command line of `npm run -s sample`. */
function sampleCommand(): Command {
  return new Command('sample')
    .description('Writes a made-up product catalogue, the same one for the same numbers and seed.')
    .option('--products <n>', 'number of products', wholeNumber(1), 300)
    .option('--events <n>', 'number of events of all products together', wholeNumber(1), 1_500)
    .option('--seed <n>', 'another seed is another catalogue', wholeNumber(0), 1)
    .addOption(
      new Option(
        '--direct',
        'write the write database itself, many events per transaction, instead of the product API',
      )
        .default(false)
        .conflicts(['kafka', 'api']),
    )
    .addOption(
      new Option('--kafka <topic>', 'fill a Kafka topic instead, for benchmarks').conflicts([
        'direct',
        'api',
      ]),
    )
    .option('--partitions <n>', 'with --kafka: partitions of a topic that is created', wholeNumber(1), 6)
    .option('--append', 'with --kafka: add to a topic that holds records already', false)
    .option('--api <url>', 'the product API (default: http://127.0.0.1:$PRODUCT_API_PORT, or 3000)')
    .option('--concurrency <n>', 'requests in flight at most', wholeNumber(1), 16)
    .addHelpText(
      'after',
      `
Examples:
  npm run -s sample                                                     300 products through the running API
  npm run -s sample -- --products 10000 --events 100000 --direct        straight into the write database
  npm run -s sample -- --products 100000 --events 1000000 --kafka bench.events --partitions 6

Exit codes: 0 written, 1 usage or configuration, 2 refused (events or records are there already, or the API refused a command),
4 a dependency is unreachable, 130/143 interrupted; what was written stays.`,
    );
}

/**
 * Reads the arguments behind the script's name. A wrong one is reported with all that is wrong with it, and ends the process with 1;
 * so does `--help` with 0.
 * @param throwing throws commander's error instead of ending the process
 */
export function readSampleOptions(args: readonly string[], throwing = false): SampleOptions {
  const command = throwing
    ? sampleCommand()
        .exitOverride()
        .configureOutput({ writeErr: () => undefined })
    : sampleCommand();
  const repeated = repeatedOptions(command);
  const options = command.parse(args, { from: 'user' }).opts<SampleOptions>();
  const problems = [
    ...repeated,
    options.events < options.products &&
      '--events must be at least --products: every product has at least one event',
    options.kafka === undefined && options.append && '--append belongs to --kafka',
    options.api !== undefined && !/^https?:\/\//.test(options.api) && '--api must be an http address',
  ].filter((problem) => problem !== false);
  if (problems.length > 0) command.error(`error: ${problems.join('\nerror: ')}`);
  return options;
}

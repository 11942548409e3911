import { repeatedOptions } from '@reprise/runtime';
import { Command, InvalidArgumentError } from 'commander';

export interface FaultOptions {
  /** Rows to run; all of them when there is none. */
  readonly row: readonly string[];
  readonly short: boolean;
  /** Durations of minutes, and rows that take many of them. */
  readonly long: boolean;
  readonly list: boolean;
  readonly json: boolean;
  readonly nemesis: boolean;
  readonly seed: number | undefined;
  readonly minutes: number;
  /** Folder of the servers' instance. */
  readonly dir: string | undefined;
  /** Leaves the servers running, for the next run. */
  readonly keep: boolean;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number from 0 on.');
}

/** The command line of the fault suite. */
export function readOptions(argv: readonly string[]): FaultOptions {
  const program = new Command('test:faults')
    .description('Disturbs real processes and servers, and checks what must hold afterwards.')
    .option('--row <ids...>', 'rows of the matrix to run, as W1 or a whole group as W (default: all)', [])
    .option('--short', 'the short selection that the tests run', false)
    .option('--long', 'also what takes minutes: outages of five of them, a million products', false)
    .option('--list', 'print the rows and end', false)
    .option('--nemesis', 'random faults under traffic instead of the matrix', false)
    .option('--seed <n>', 'seed of the nemesis (default: from the clock)', number)
    .option('--minutes <n>', 'how long the nemesis runs', number, 2)
    .option('--dir <folder>', 'instance folder of the servers, which are killed (default .stack/faults)')
    .option('--keep', 'leave the servers running', false)
    .option('--json', 'print one JSON document on stdout', false)
    .addHelpText(
      'after',
      `
Starts its own servers and kills them now and then; never give it an instance that others use.

Examples:
  npm run -s test:faults
  npm run -s test:faults -- --long
  npm run -s test:faults -- --row W1 C
  npm run -s test:faults -- --nemesis --seed 7 --minutes 10

Exit codes: 0 everything held and every fault fired, 1 something did not, or the usage is wrong, 130/143 interrupted`,
    );
  const repeated = repeatedOptions(program);
  program.parse(argv, { from: 'user' });
  if (repeated.length > 0) program.error(`error: ${repeated.join('\nerror: ')}`);
  return program.opts<FaultOptions>();
}

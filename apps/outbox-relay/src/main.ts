import {
  dropNegativeTimeoutWarnings,
  outliveReaders,
  readConfiguration,
  repeatedOptions,
  runService,
  type Configuration,
} from '@reprise/runtime';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runOnce } from './once-command.ts';
import { serveRelay } from './relay-application.ts';
import { relayDefaults, type RelaySettings } from './settings.ts';

type RelayConfiguration = Pick<Configuration, 'kafka' | 'outboxDatabase' | 'productEventsTopic'>;

interface Options {
  readonly once?: boolean;
  readonly timeout: number;
  readonly releaseParked?: boolean;
  readonly json?: boolean;
  readonly batchSize: number;
  readonly pollMs: number;
  readonly lockTimeoutMs: number;
  readonly lockRetryMs: number;
}

function atLeast(minimum: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (Number.isInteger(number) && number >= minimum) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} on.`);
  };
}

const program = new Command('outbox-relay')
  .description('Publishes the events of the outbox to Kafka, in order, until it is stopped.')
  .option('--once', 'publish what is in the outbox now, print a summary, and exit')
  .option(
    '--timeout <seconds>',
    'with --once: how long to wait for another relay, Kafka or Postgres',
    atLeast(0),
    60,
  )
  .option('--release-parked', 'with --once: first return parked events to the queue')
  .option('--json', 'with --once: print the summary as JSON')
  .option('--batch-size <events>', 'maximum events per batch', atLeast(1), relayDefaults.batchSize)
  .option(
    '--poll-ms <ms>',
    'longest pause between polls of an empty outbox',
    atLeast(1),
    relayDefaults.pollMs,
  )
  .addOption(
    new Option('--lock-timeout-ms <ms>', 'how long a silent leader keeps the lock')
      .argParser(atLeast(100))
      .default(relayDefaults.lockTimeoutMs),
  )
  .addOption(
    new Option('--lock-retry-ms <ms>', 'how often a standby asks for the lock')
      .argParser(atLeast(10))
      .default(relayDefaults.lockRetryMs),
  )
  .addHelpText(
    'after',
    '\nExit codes of --once: 0 drained, 1 usage or configuration, 2 parked or remaining events, 3 another relay leads and did not ' +
      'drain it in time, 4 Kafka or Postgres stayed unreachable, 130/143 interrupted.',
  );

outliveReaders();
dropNegativeTimeoutWarnings();
const repeated = repeatedOptions(program);
const options = program.parse().opts<Options>();
if (repeated.length > 0) program.error(`error: ${repeated.join('\nerror: ')}`);
if (options.once !== true && (options.releaseParked === true || options.json === true)) {
  program.error('error: --release-parked and --json require --once');
}

function settings(configuration: RelayConfiguration): RelaySettings {
  const { kafka, outboxDatabase, productEventsTopic } = configuration;
  const { batchSize, pollMs, lockTimeoutMs, lockRetryMs } = options;
  return {
    ...relayDefaults,
    kafka,
    writeDatabaseUrl: outboxDatabase.url,
    databaseUrl: outboxDatabase.variable,
    topic: productEventsTopic,
    batchSize,
    pollMs,
    lockTimeoutMs,
    lockRetryMs,
  };
}

if (options.once === true) {
  const exitCode = await runOnce(
    () => settings(readConfiguration(process.env, ['kafka', 'outboxDatabase'])),
    {
      timeoutMs: options.timeout * 1_000,
      releaseParked: options.releaseParked ?? false,
      json: options.json ?? false,
    },
  );
  process.exit(exitCode);
} else {
  await runService('outbox-relay', async (context) => {
    const configuration = readConfiguration(
      process.env,
      ['kafka', 'outboxDatabase', 'outboxRelayPort'],
      (warning) => context.logger.warn(warning),
    );
    const { outboxRelayPort: port, httpHost: host } = configuration;
    await serveRelay(settings(configuration), { port, host }, context);
  });
}

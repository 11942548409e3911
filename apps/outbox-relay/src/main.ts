import { openedAccess, readAccess } from '@reprise/access';
import { loadContexts } from '@reprise/contexts';
import { httpLimitSettings } from '@reprise/http';
import { readRelayConfiguration, relayDefaults, type RelayOptions } from '@reprise/relay';
import {
  dropNegativeTimeoutWarnings,
  outliveReaders,
  readSettings,
  repeatedOptions,
  runService,
} from '@reprise/runtime';
import { traced } from '@reprise/trace-export';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runOnce } from './once-command.ts';
import { serveRelay } from './relay-application.ts';

interface Options extends RelayOptions {
  readonly once?: boolean;
  readonly timeout: number;
  readonly releaseParked?: boolean;
  readonly json?: boolean;
}

function atLeast(minimum: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (Number.isInteger(number) && number >= minimum) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} on.`);
  };
}

const program = new Command('outbox-relay')
  .description('Publishes the events of the outboxes to Kafka, in order, until it is stopped.')
  .option(
    '--context <names>',
    'only these bounded contexts, comma-separated (default REPRISE_CONTEXTS, else all that have an outbox)',
  )
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
      'drain it in time, 4 Kafka or Postgres stayed unreachable, 130/143 interrupted. With several contexts: the first that is not 0.',
  );

outliveReaders();
dropNegativeTimeoutWarnings();
const repeated = repeatedOptions(program);
const options = program.parse().opts<Options>();
if (repeated.length > 0) program.error(`error: ${repeated.join('\nerror: ')}`);
if (options.once !== true && (options.releaseParked === true || options.json === true)) {
  program.error('error: --release-parked and --json require --once');
}

if (options.once === true) {
  const exitCode = await runOnce(
    async () => {
      const { contexts } = await loadContexts(process.env);
      return readRelayConfiguration(process.env, contexts, options, []).relayed;
    },
    {
      timeoutMs: options.timeout * 1_000,
      releaseParked: options.releaseParked ?? false,
      json: options.json ?? false,
    },
  );
  process.exit(exitCode);
} else {
  const serve = traced('outbox-relay', async (service) => {
    const { contexts } = await loadContexts(process.env);
    const warn = (sentence: string): void => service.logger.warn(sentence);
    const configuration = readRelayConfiguration(process.env, contexts, options, ['outboxRelayPort'], warn);
    const { relayed, outboxRelayPort: port, httpHost: host } = configuration;
    const access = openedAccess(readAccess(process.env, host, warn));
    const limits = readSettings(process.env, httpLimitSettings, warn);
    await serveRelay(relayed, { port, host }, { access, limits }, service);
  });
  await runService('outbox-relay', serve);
}

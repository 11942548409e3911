import { openedAccess, readAccess } from '@reprise/access';
import { loadContexts } from '@reprise/contexts';
import { httpLimitSettings } from '@reprise/http';
import { readLiveConfiguration } from '@reprise/read-model-live';
import type { Projection } from '@reprise/read-model-projections';
import {
  dropNegativeTimeoutWarnings,
  outliveReaders,
  readSettings,
  repeatedOptions,
  runService,
} from '@reprise/runtime';
import { traced } from '@reprise/trace-export';
import { Command } from 'commander';
import { serveConsumer } from './consumer-application.ts';

const program = new Command('projection-consumer')
  .description('Feeds the read models from the event logs, until it is stopped.')
  .option(
    '--context <names>',
    'only these bounded contexts, comma-separated (default REPRISE_CONTEXTS, else all)',
  );

outliveReaders();
dropNegativeTimeoutWarnings();
const repeated = repeatedOptions(program);
const { context: named } = program.parse().opts<{ context?: string }>();
if (repeated.length > 0) program.error(`error: ${repeated.join('\nerror: ')}`);

const serve = traced('projection-consumer', async (service) => {
  const { contexts } = await loadContexts<Projection>(process.env);
  const warn = (sentence: string): void => service.logger.warn(sentence);
  const configuration = await readLiveConfiguration(process.env, contexts, named, warn);
  const access = openedAccess(readAccess(process.env, configuration.httpHost, warn));
  const limits = readSettings(process.env, httpLimitSettings, warn);
  await serveConsumer(configuration, { access, limits }, service);
});

await runService('projection-consumer', serve);

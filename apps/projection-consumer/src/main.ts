import { loadContexts } from '@reprise/contexts';
import type { Projection } from '@reprise/read-model-projections';
import { dropNegativeTimeoutWarnings, outliveReaders, repeatedOptions, runService } from '@reprise/runtime';
import { Command } from 'commander';
import { serveConsumer } from './consumer-application.ts';
import { readConsumerConfiguration } from './consumer-configuration.ts';

const program = new Command('projection-consumer')
  .description('Feeds the read models from the event logs, until it is stopped.')
  .option(
    '--context <names>',
    'only these bounded contexts, divided by commas (default REPRISE_CONTEXTS, else all)',
  );

outliveReaders();
dropNegativeTimeoutWarnings();
const repeated = repeatedOptions(program);
const { context: named } = program.parse().opts<{ context?: string }>();
if (repeated.length > 0) program.error(`error: ${repeated.join('\nerror: ')}`);

await runService('projection-consumer', async (service) => {
  const { contexts } = await loadContexts<Projection>(process.env);
  const warn = (sentence: string): void => service.logger.warn(sentence);
  await serveConsumer(readConsumerConfiguration(process.env, contexts, named, warn), service);
});

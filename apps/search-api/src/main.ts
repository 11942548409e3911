import { readConfiguration, runService, untilAborted } from '@reprise/runtime';
import { createSearchApi } from './search-api.ts';

await runService('search-api', async ({ logger, signal }) => {
  const configuration = readConfiguration(process.env, ['elasticsearch', 'searchApiPort'], (warning) =>
    logger.warn(warning),
  );
  const application = await createSearchApi(configuration, logger);
  try {
    await application.listen(configuration.searchApiPort, configuration.httpHost);
    await untilAborted(signal);
  } finally {
    await application.close();
  }
});

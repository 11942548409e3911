import { endpointSettings, readSettings, runService, untilAborted, whenAvailable } from '@reprise/runtime';
import { passesByItself } from '@reprise/runtime/connections';
import { createSearchApi } from './search-api.ts';

await runService('search-api', async ({ logger, signal }) => {
  const configuration = readSettings(
    process.env,
    (settings) => ({
      ...endpointSettings(settings, ['elasticsearch', 'searchApiPort', 'httpDrain']),
      searchAlias: settings.alias('SEARCH_ALIAS', 'product_search'),
    }),
    (warning) => logger.warn(warning),
  );
  const application = await createSearchApi(configuration, logger);
  try {
    await application.listen(configuration.searchApiPort, configuration.httpHost);
    await whenAvailable(() => application.reach(), {
      signal,
      passes: passesByItself,
      onWaiting: (error) => logger.warn({ err: error }, 'Elasticsearch cannot be used; retrying'),
    });
    await untilAborted(signal);
    await application.drain(configuration.httpDrainSeconds);
  } finally {
    await application.close();
  }
});

import { accessSettings } from '@reprise/access';
import { httpLimitSettings } from '@reprise/http';
import { endpointSettings, readSettings, runService, untilAborted, whenAvailable } from '@reprise/runtime';
import { passesByItself } from '@reprise/runtime/connections';
import { traced } from '@reprise/trace-export';
import { createSearchApi } from './search-api.ts';

const serve = traced('search-api', async ({ logger, signal }) => {
  const configuration = readSettings(
    process.env,
    (settings) => {
      const endpoints = endpointSettings(settings, ['elasticsearch', 'searchApiPort', 'httpDrain']);
      const access = accessSettings(settings, process.env, endpoints.httpHost);
      const limits = httpLimitSettings(settings);
      return { ...endpoints, access, limits, searchAlias: settings.alias('SEARCH_ALIAS', 'product_search') };
    },
    (warning) => logger.warn(warning),
  );
  const application = await createSearchApi(configuration, logger, configuration.limits);
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

await runService('search-api', serve);

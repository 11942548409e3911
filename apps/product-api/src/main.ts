import { runService, untilAborted, whenAvailable } from '@reprise/runtime';
import { passesByItself } from '@reprise/runtime/connections';
import { readProductApiConfiguration } from './configuration.ts';
import { createProductApi, writeDatabaseOf } from './product-api.ts';
import { forgetOldAnswers } from './products/forget-answers.ts';
import { ProductStore } from './products/product-store.ts';

await runService('product-api', async ({ logger, signal }) => {
  const configuration = readProductApiConfiguration(process.env, (warning) => logger.warn(warning));
  const database = writeDatabaseOf(configuration, logger);
  const api = await createProductApi(database, logger);
  try {
    await api.listen(configuration.productApiPort, configuration.httpHost);
    const connected = await whenAvailable(() => database.connect(), {
      signal,
      passes: passesByItself,
      onWaiting: (error) => logger.warn({ err: error }, 'the write database cannot be reached; retrying'),
    });
    if (connected === undefined) return;
    const store = api.nest.get(ProductStore);
    const forgetting = forgetOldAnswers(store, configuration.idempotencyRetentionHours, logger, signal);
    await untilAborted(signal);
    await forgetting;
  } finally {
    await api.close();
  }
});

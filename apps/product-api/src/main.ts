import { runService, untilAborted } from '@reprise/runtime';
import { readProductApiConfiguration } from './configuration.ts';
import { createProductApi } from './product-api.ts';
import { forgetOldAnswers } from './products/forget-answers.ts';
import { ProductStore } from './products/product-store.ts';

await runService('product-api', async ({ logger, signal }) => {
  const configuration = readProductApiConfiguration(process.env);
  const api = await createProductApi(configuration, logger);
  await api.listen(configuration.productApiPort, configuration.httpHost);
  const forgetting = forgetOldAnswers(
    api.nest.get(ProductStore),
    configuration.idempotencyRetentionHours,
    logger,
    signal,
  );
  await untilAborted(signal);
  await forgetting;
  await api.close();
});

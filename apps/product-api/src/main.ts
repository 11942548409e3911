import { runService, untilAborted } from '@reprise/runtime';
import { readProductApiConfiguration } from './configuration.ts';
import { createProductApi } from './product-api.ts';

await runService('product-api', async ({ logger, signal }) => {
  const configuration = readProductApiConfiguration(process.env);
  const api = await createProductApi(configuration, logger);
  await api.listen(configuration.productApiPort, configuration.httpHost);
  await untilAborted(signal);
  await api.close();
});

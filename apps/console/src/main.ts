import { loadContexts } from '@reprise/contexts';
import type { Projection } from '@reprise/read-model-projections';
import { dropNegativeTimeoutWarnings, outliveReaders, runService, untilAborted } from '@reprise/runtime';
import { createConsole } from './console.ts';
import { readConsoleSettings } from './console-settings.ts';

outliveReaders();
dropNegativeTimeoutWarnings();

await runService('console', async ({ logger, signal }) => {
  const { contexts } = await loadContexts<Projection>(process.env);
  const settings = await readConsoleSettings(process.env, contexts, (sentence) => logger.warn(sentence));
  const application = await createConsole(settings, logger, { limits: settings.limits });
  try {
    await application.listen(settings.port, settings.host);
    await untilAborted(signal);
    await application.drain(settings.drainSeconds);
  } finally {
    await application.close();
  }
});

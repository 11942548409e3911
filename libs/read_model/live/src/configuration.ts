import { selectContexts, type Context } from '@reprise/contexts';
import type { Projection } from '@reprise/read-model-projections';
import { loadAdapters, readModelSettings, type ReadModelConfiguration } from '@reprise/read-model-servers';
import { endpointSettings, readSettings, type Configuration } from '@reprise/runtime';

/** What a process that feeds read models is configured with. */
export interface LiveConfiguration
  extends
    ReadModelConfiguration,
    Pick<
      Configuration,
      | 'httpHost'
      | 'projectionConsumerPort'
      | 'deadLetterAttempts'
      | 'repairTasksPerSecond'
      | 'repairLeaseSeconds'
    > {}

/**
 * Reads which contexts are fed, and what the environment says about each, and about the port of health and metrics; loads what their
 * read models are stored with.
 *
 * @param contexts all there are; those without a projection are left out
 * @param named names divided by commas, from a command line
 * @param warn receives one sentence per credential that would cross the network in clear text; default: stderr
 * @throws ConfigurationError with everything that is wrong at once
 */
export async function readLiveConfiguration(
  env: NodeJS.ProcessEnv,
  contexts: readonly Context<Projection>[],
  named?: string,
  warn?: (sentence: string) => void,
): Promise<LiveConfiguration> {
  const adapters = await loadAdapters(contexts.flatMap(({ projections }) => projections));
  return readSettings(
    env,
    (settings) => {
      const meant = selectContexts(contexts, named, env, (sentence) => settings.problem(sentence));
      const withModels = meant.filter(({ projections }) => projections.length > 0);
      if (withModels.length === 0 && meant.length > 0)
        settings.problem(`nothing to feed: ${meant.map(({ name }) => name).join(', ')} have no projection`);
      return {
        ...endpointSettings(settings, [
          'projectionConsumerPort',
          'deadLetterAttempts',
          'repairTasksPerSecond',
          'repairLeaseSeconds',
        ]),
        ...readModelSettings(settings, { contexts: withModels, adapters }),
      };
    },
    warn,
  );
}

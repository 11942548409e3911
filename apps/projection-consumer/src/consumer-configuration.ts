import { contextSettings, selectContexts, type Context, type ContextSettings } from '@reprise/contexts';
import type { Projection } from '@reprise/read-model-projections';
import { endpointSettings, readSettings } from '@reprise/runtime';

/** A bounded context whose log is fed, and what the environment says about it. */
export type FedContext = ContextSettings<Projection>;

export type ConsumerConfiguration = ReturnType<typeof readConsumerConfiguration>;

/**
 * Reads which contexts are fed, and what the environment says about each.
 *
 * @param contexts all that the configuration file lists
 * @param named names divided by commas, from the command line
 * @throws ConfigurationError with everything that is wrong at once
 */
export function readConsumerConfiguration(
  env: NodeJS.ProcessEnv,
  contexts: readonly Context<Projection>[],
  named: string | undefined,
  warn: (sentence: string) => void,
) {
  return readSettings(
    env,
    (settings) => {
      const meant = selectContexts(contexts, named, env, (sentence) => settings.problem(sentence));
      const withModels = meant.filter(({ projections }) => projections.length > 0);
      if (withModels.length === 0 && meant.length > 0)
        settings.problem(`nothing to feed: ${meant.map(({ name }) => name).join(', ')} have no projection`);
      return {
        ...endpointSettings(settings, [
          'kafka',
          'elasticsearch',
          'readModelDatabase',
          'projectionConsumerPort',
          'deadLetterAttempts',
          'repairQueueLimit',
          'repairAttempts',
          'repairTasksPerSecond',
          'repairLeaseSeconds',
        ]),
        contexts: contextSettings<Projection>(settings, withModels, ['eventStore']),
      };
    },
    warn,
  );
}

import { contextSettings, selectContexts, type Context } from '@reprise/contexts';
import {
  endpointSettings,
  readSettings,
  type Configuration,
  type EndpointName,
  type Settings,
} from '@reprise/runtime';
import { relayDefaults, type RelaySettings } from './relay/settings.ts';

/** One bounded context whose outbox is published. */
export interface RelayedContext {
  readonly name: string;
  readonly settings: RelaySettings;
}

/** What the command line says of every context. */
export interface RelayOptions extends Pick<
  RelaySettings,
  'batchSize' | 'pollMs' | 'lockTimeoutMs' | 'lockRetryMs'
> {
  /** Names divided by commas. */
  readonly context?: string;
}

/**
 * Reads which contexts are published, and what the environment says about each.
 *
 * @param contexts all that the configuration file lists
 * @throws ConfigurationError with everything that is wrong at once
 */
export function readRelayConfiguration<K extends EndpointName>(
  env: NodeJS.ProcessEnv,
  contexts: readonly Context[],
  options: RelayOptions,
  needed: readonly K[],
  warn?: (sentence: string) => void,
) {
  return readSettings(
    env,
    (settings) => {
      const { kafka } = endpointSettings(settings, ['kafka']);
      const relayed = relayedContexts(settings, contexts, options, kafka, env);
      return { ...endpointSettings(settings, needed), relayed };
    },
    warn,
  );
}

function relayedContexts(
  settings: Settings,
  contexts: readonly Context[],
  { context, batchSize, pollMs, lockTimeoutMs, lockRetryMs }: RelayOptions,
  kafka: Configuration['kafka'],
  env: NodeJS.ProcessEnv,
): readonly RelayedContext[] {
  const problems = settings.problems.length;
  const meant = selectContexts(contexts, context, env, (sentence) => settings.problem(sentence));
  const withOutbox = meant.filter(({ outbox }) => outbox);
  if (withOutbox.length === 0 && settings.problems.length === problems)
    settings.problem(`no outbox to publish: ${meant.map(({ name }) => name).join(', ')} declare none`);
  return contextSettings(settings, withOutbox, ['outbox']).flatMap(({ context: { name }, topic, outbox }) =>
    outbox === undefined
      ? []
      : [
          {
            name,
            settings: {
              ...relayDefaults,
              ...{ kafka, batchSize, pollMs, lockTimeoutMs, lockRetryMs },
              writeDatabaseUrl: outbox.url,
              databaseUrl: outbox.variable,
              topic: topic.value,
            },
          },
        ],
  );
}

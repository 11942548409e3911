import type { Context } from '@reprise/contexts';
import type { Projection } from '@reprise/read-model-projections';
import {
  loadAdapters,
  openMigrated,
  openReadModels,
  readModelSettings,
  type OpeningOptions,
  type ReadModelConfiguration,
  type ReadModels,
} from '@reprise/read-model-servers';
import { readSettings } from '@reprise/runtime';
import type { RepriseOptions } from './options.ts';

/** The servers of a program's contexts, each opened when it is first needed. */
export type LazyServers = ReturnType<typeof lazyServers>;

export function lazyServers(options: RepriseOptions) {
  const { env = process.env, logger } = options;
  const opened = new Map<Context<Projection>, Promise<ReadModels>>();
  const waiting: Pick<OpeningOptions, 'onRetry' | 'onReadFault'> = {
    onRetry: (retry) => logger?.warn(retry, 'waiting for a server and trying again'),
    onReadFault: (reason) => logger?.warn({ reason }, 'reading Kafka failed; trying again'),
  };

  async function configured(contexts: readonly Context<Projection>[]): Promise<ReadModelConfiguration> {
    const adapters = await loadAdapters(contexts.flatMap(({ projections }) => projections));
    return readSettings(
      env,
      (settings) => readModelSettings(settings, { contexts, adapters, given: options }),
      (sentence) => logger?.warn(sentence),
    );
  }

  return {
    /** @throws ConfigurationError; ReadModelNotMigrated; DependencyError. A failure is forgotten: the next call tries again. */
    of(context: Context<Projection>): Promise<ReadModels> {
      const before = opened.get(context);
      if (before) return before;
      const opening = configured([context]).then((configuration) => openMigrated(configuration, waiting));
      opened.set(context, opening);
      opening.catch(() => opened.delete(context));
      return opening;
    },
    /** Those of several contexts at once, for the caller to close. */
    async together(
      contexts: readonly Context<Projection>[],
      connections: Pick<OpeningOptions, 'connections' | 'eventStoreConnections'>,
    ): Promise<ReadModels> {
      return openReadModels(await configured(contexts), { ...waiting, ...connections });
    },
    async close(): Promise<void> {
      const all = await Promise.allSettled(opened.values());
      opened.clear();
      await Promise.allSettled(all.flatMap((one) => (one.status === 'fulfilled' ? [one.value.close()] : [])));
    },
  };
}

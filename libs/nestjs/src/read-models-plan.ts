import type { Plan, PlanRequest } from '@reprise/read-model-rebuild';
import { openMigrated, type ReadModelConfiguration } from '@reprise/read-model-servers';

/**
 * What a rebuild would come to, for pages of the application. Reads only. The first question loads the code of a rebuild, which a
 * process that only feeds never does.
 */
export class ReadModelsPlan {
  readonly #configuration: ReadModelConfiguration;
  readonly #stop = new AbortController();

  constructor(configuration: ReadModelConfiguration) {
    this.#configuration = configuration;
  }

  /**
   * Reads the whole log, on connections beside those of the feed, which are closed after it.
   *
   * @param name of a projection that is fed
   * @returns what the process of a rebuild would end with, and why; `cancelled` when the request's signal aborted, or the application
   *   was closed
   * @throws RebuildError when there is no such projection; BoundElsewhere when the registry belongs to another event log or other
   *   readers; ReadModelNotMigrated; DependencyError
   */
  async look(name: string, { signal, gate, ...asked }: Omit<PlanRequest, 'workers'> = {}): Promise<Plan> {
    const { defaultGateLimits, planRebuild, rebuildDefaults, RebuildError } =
      await import('@reprise/read-model-rebuild');
    const fed = this.#configuration.contexts.flatMap(({ context }) => context.projections);
    const projection = fed.find((one) => one.name === name);
    if (!projection) {
      const known = fed.map((one) => one.name).join(', ');
      throw new RebuildError(
        'USAGE',
        `There is no projection "${name}". Nothing was changed. Fed are ${known}.`,
      );
    }
    const readModels = await openMigrated(this.#configuration);
    try {
      const options = { ...rebuildDefaults, ...asked, projection, gate: { ...defaultGateLimits, ...gate } };
      const signals = [this.#stop.signal, signal].filter((one) => one !== undefined);
      return await planRebuild(options, readModels.of(projection), { signal: AbortSignal.any(signals) });
    } finally {
      await readModels.close();
    }
  }

  /** Stops the plans that are being made. */
  stop(): void {
    this.#stop.abort();
  }
}

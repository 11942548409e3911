import { hostname } from 'node:os';
import { contextsIn, type Context, type ProjectionNameOf, type RepriseDefinition } from '@reprise/contexts';
import type { Projection } from '@reprise/read-model-projections';
import {
  cancelRun,
  defaultGateLimits,
  planRebuild,
  promoteByName,
  pruneDefaults,
  pruneReadModel,
  rebuildDefaults,
  RebuildError,
  rebuildReadModel,
  rollBackReadModel,
  recordVerification,
  verifyReadModel,
  type PlanRequest,
  type RebuildControl,
} from '@reprise/read-model-rebuild';
import { drainQueue, repairNamed, RepairRequests } from '@reprise/read-model-repair';
import { statusOf } from '@reprise/read-model-servers';
import { lazyServers } from './open-servers.ts';
import type { RebuildRequest, RepriseOptions, Stoppable } from './options.ts';
import type { Reprise } from './reprise.ts';

/**
 * Makes what works with the read models of a definition; reaches for no server before it is used. The caller closes it.
 *
 * @param definition what `defineReprise` returns
 * @throws ConfigurationError with everything that is wrong with the definition
 */
export function createReprise<const Definition extends RepriseDefinition>(
  definition: Definition,
  options: RepriseOptions = {},
): Reprise<ProjectionNameOf<Definition>> {
  const contexts = contextsIn<Projection>(definition);
  const servers = lazyServers(options);
  const { logger, module } = options;
  const found = (name: string) => findProjection(contexts, name);

  const signalOf = ({ signal }: Stoppable): AbortSignal =>
    AbortSignal.any([options.signal, signal].filter((one) => one !== undefined));
  const notice = (projection: string) => (line: string) => {
    logger?.info({ projection }, line);
    options.onNotice?.(projection, line);
  };
  const control = (projection: string, request: Stoppable): RebuildControl => ({
    signal: signalOf(request),
    onNotice: notice(projection),
    ...(options.onProgress && { onProgress: (report) => options.onProgress!(projection, report) }),
  });
  async function opened(name: string) {
    const { context, projection } = found(name);
    const open = await servers.of(context);
    return { projection, open, servers: open.of(projection) };
  }
  /** The same of a registry that belongs to the definition. @param record whether one that belongs to nobody yet is bound to it */
  async function bound(name: string, record: boolean) {
    const own = await opened(name);
    await own.open.assertBound([own.projection], record, notice(name));
    return own;
  }
  const ofRebuild = (
    projection: Projection,
    { gate, signal: _, ...asked }: PlanRequest | RebuildRequest,
  ) => ({
    ...{ ...rebuildDefaults, ...asked, projection },
    gate: { ...defaultGateLimits, ...gate },
    ...(module !== undefined && { projectionModule: module }),
  });

  return {
    async plan(name, request = {}) {
      const own = await opened(name);
      return planRebuild(ofRebuild(own.projection, request), own.servers, control(name, request));
    },
    async rebuild(name, request = {}) {
      const { workDirectory, ...asked } = request;
      const own = await opened(name);
      const { receipt } = await rebuildReadModel(
        { ...ofRebuild(own.projection, asked), mode: 'APPLY' },
        own.servers,
        { ...control(name, request), ...(workDirectory !== undefined && { workDirectory }) },
      );
      return receipt;
    },
    async promote(name, generation, request = {}) {
      const { gate, signal: _, ...questions } = request;
      const own = await opened(name);
      const known = await own.open.registry.findGeneration(generation);
      if (known?.projection !== name) throw noGeneration(name, generation);
      const asked = {
        ...{ deep: false, canaries: [] },
        ...questions,
        limits: { ...defaultGateLimits, ...gate },
      };
      return promoteByName(known, own.projection, own.servers, asked, control(name, request));
    },
    async rollback(name, { to, again = false, ...request } = {}) {
      const own = await bound(name, true);
      return rollBackReadModel(own.projection, own.servers, {
        ...{ again, signal: signalOf(request), onNotice: notice(name) },
        ...(to !== undefined && { to }),
      });
    },
    async status(names, request) {
      const wanted: readonly string[] | undefined = typeof names === 'string' ? [names] : names;
      const meant = (
        wanted ?? contexts.flatMap(({ projections }) => projections.map(({ name }) => name))
      ).map(found);
      const statuses = await Promise.all(
        [...new Set(meant.map(({ context }) => context))].map(async (context) => {
          const open = await servers.of(context);
          const chosen = meant.filter((one) => one.context === context).map(({ projection }) => projection);
          return statusOf(open, chosen, request);
        }),
      );
      return statuses.flat();
    },
    async verify(name, { repair = false, ...request } = {}) {
      const { projection, ...own } = await opened(name);
      const requests = repair ? new RepairRequests(own.open.repairs, projection) : undefined;
      const compared = await verifyReadModel(
        {
          ...{ deep: false, limit: 20, memoryBytes: rebuildDefaults.memoryBytes, ...request, projection },
          ...(requests && { onDrift: (drift) => requests.take(drift) }),
        },
        own.servers,
        signalOf(request),
      );
      const whole = request.aggregateIds === undefined;
      const report = whole ? await recordVerification(own.servers.registry, compared) : compared;
      return { ...report, repair: requests?.result ?? null };
    },
    repair: (async (
      name: string,
      request: Stoppable & { readonly aggregateIds?: readonly string[] } = {},
    ) => {
      const { projection, open } = await bound(name, true);
      const own = open.onDemand(projection);
      if (request.aggregateIds) return repairNamed(own, request.aggregateIds, signalOf(request));
      return drainQueue(own, `${hostname()} pid ${process.pid}`, signalOf(request));
    }) as Reprise['repair'],
    async prune(
      name,
      { keep = pruneDefaults.keep, standbyHours = pruneDefaults.standbyHours, dryRun = false } = {},
    ) {
      const own = await bound(name, !dryRun);
      const limits = { keep, standbyMs: standbyHours * 3_600_000, dryRun };
      return (await pruneReadModel(own.projection, own.servers, limits)).pruned;
    },
    async cancel(name) {
      const { open } = await bound(name, false);
      return cancelRun(name, open.registry);
    },
    async live({ onReady, limits, ...request } = {}) {
      // Its Kafka client joins groups, and nothing else here needs it.
      const { createLiveFeed, liveConnections } = await import('@reprise/read-model-live');
      const fed = contexts.filter(({ projections }) => projections.length > 0);
      const open = await servers.together(fed, liveConnections(fed.length));
      try {
        const given = { ...(logger && { logger }), ...(onReady && { onReady }), ...(limits && { limits }) };
        await createLiveFeed(open, given).run(signalOf(request));
      } finally {
        await open.close();
      }
    },
    close: () => servers.close(),
  };
}

function findProjection(contexts: readonly Context<Projection>[], name: string) {
  for (const context of contexts) {
    const projection = context.projections.find((one) => one.name === name);
    if (projection) return { context, projection };
  }
  const known = contexts.flatMap(({ projections }) => projections.map((one) => one.name)).join(', ');
  throw new RebuildError(
    'USAGE',
    `There is no projection "${name}". Nothing was changed. The definition has ${known || 'none'}.`,
  );
}

function noGeneration(projection: string, wanted: string): RebuildError {
  return new RebuildError(
    'USAGE',
    `${projection} has no generation "${wanted}". Nothing was changed. The status of the projection names its generations.`,
  );
}

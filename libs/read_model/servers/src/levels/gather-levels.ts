import {
  DependencyError,
  type CanaryMark,
  type GenerationName,
  type GenerationStore,
} from '@reprise/read-model-indices';
import { answered, type ReadModelStatus } from '@reprise/read-model-status';
import { statusOf } from '../context-status.ts';
import type { ReadModels } from '../open-read-models.ts';
import type { Level } from './level-definitions.ts';
import { levelsOf } from './levels-of.ts';

/** How long one server is waited for. */
const withinMs = 3_000;
/** An id that no aggregate has: whether it can be asked for is what counts. */
const nobody = 'reprise-is-anyone-there';

/**
 * The service levels of all read models of the process. Reads only; what a server does not say is left out.
 *
 * @throws DependencyError when the registry does not answer
 */
export async function gatherLevels(readModels: ReadModels): Promise<Level[]> {
  const { contexts, contextOf, registry } = readModels;
  const projections = contexts.flatMap(({ settings }) => settings.context.projections);
  const [statuses, verifications, now] = await Promise.all([
    statusOf(readModels, projections, { withinMs }),
    answered('postgres', registry.verifications.list(), withinMs),
    answered('postgres', registry.now(), withinMs),
  ]);
  const levels = statuses.map(async (status) => {
    const projection = projections.find(({ name }) => name === status.projection)!;
    const { settings, storeOf } = contextOf(projection);
    const store = storeOf(projection, 1);
    const [readable, canaries, interrupted, oldestHeldBackSeconds] = await Promise.all([
      ofServed(store, status, false, (name) => store.read(name, [nobody]).then(() => true)),
      ofServed<readonly CanaryMark[]>(store, status, [], (name) => store.canaries?.search(name) ?? []),
      answered('postgres', registry.interruptedRun(status.projection), withinMs),
      oldestHeldBack(readModels, status),
    ]);
    const verification = verifications.find(({ projection }) => projection === status.projection);
    const { name } = settings.context;
    return levelsOf({
      ...{ context: name, status, readable, canaries, interrupted, verification, now },
      oldestHeldBackSeconds,
    });
  });
  return (await Promise.all(levels)).flat();
}

/** What the store says of the one generation that readers are on; `otherwise` where there is none, or it does not answer. */
async function ofServed<T>(
  store: GenerationStore,
  { readers }: ReadModelStatus,
  otherwise: T,
  ask: (served: GenerationName) => Promise<T> | T,
): Promise<T> {
  const [served] = readers.on;
  if (served === undefined || readers.on.length > 1) return otherwise;
  const asked = (async () => ask(served as GenerationName))();
  return answered(store.kind, asked, withinMs).catch(() => otherwise);
}

async function oldestHeldBack(
  { registry }: ReadModels,
  { projection, heldBack, generations }: ReadModelStatus,
): Promise<number | undefined> {
  if (heldBack === null) return undefined;
  if (heldBack === 0) return 0;
  const live = generations.find(({ state }) => state === 'LIVE') ?? generations[0];
  const known = live && (await registry.findGeneration(live.uuid));
  if (!known) return undefined;
  try {
    const asked = registry.blocked.oldestSeconds({ topicId: known.topicId, projection });
    return await answered('postgres', asked, withinMs);
  } catch (error) {
    if (error instanceof DependencyError) return undefined;
    throw error;
  }
}

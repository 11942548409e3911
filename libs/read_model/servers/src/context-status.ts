import { countOpenLetters } from '@reprise/read-model-feed';
import type { Projection } from '@reprise/read-model-projections';
import { readStatus, writeSideOf, type ReadModelStatus } from '@reprise/read-model-status';
import type { ContextServers } from './context-servers.ts';
import type { ReadModels } from './open-read-models.ts';

/** Dead letters that are looked at for their count. */
const lettersCounted = 1_000;

interface StatusBounds {
  /** Age of the oldest event that readers may lack before they count as behind. */
  readonly maxLagMs?: number;
  /** How long one server is waited for. */
  readonly withinMs?: number;
}

/**
 * All that is known of some read models now, context by context. Reads only; a server that does not answer is named in the result.
 *
 * @throws DependencyError when the registry does not answer
 */
export async function statusOf(
  readModels: ReadModels,
  projections: readonly Projection[],
  bounds: StatusBounds = {},
): Promise<ReadModelStatus[]> {
  const statuses = readModels
    .contextsOf(projections)
    .map((context) => statusOfContext(context, context.chosen, readModels, bounds));
  return (await Promise.all(statuses)).flat();
}

function statusOfContext(
  { settings, storeOf, eventStore, letterServers }: ContextServers,
  chosen: readonly Projection[],
  { kafka, registry, repairs }: ReadModels,
  bounds: StatusBounds,
): Promise<ReadModelStatus[]> {
  const writeSide = writeSideOf(eventStore);
  return readStatus({
    models: chosen.map((projection) => ({ projection, store: storeOf(projection) })),
    ...{ kafka, topic: settings.topic.value, registry, ...bounds },
    ...(writeSide && { writeSide }),
    letters: (projection, events, signal) =>
      countOpenLetters(letterServers(events, [projection]), { atMost: lettersCounted, signal }),
    repairs: (projection) => repairs.counts([projection]),
  });
}

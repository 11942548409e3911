import type { DomainEvent } from '@reprise/events';
import type { Generation, GenerationStore, LetterKey, Positions } from '@reprise/read-model-indices';
import { feedRepeatedly } from '../feed/feed-attempts.ts';
import { feedEvents, type FeedResult } from '../feed/feed-events.ts';
import { worseOf, type OutcomeOfVersion } from './letter-outcome.ts';
import type { LetterModel, LetterServers } from './letter-servers.ts';

/** An open letter of an aggregate, with its event. */
export interface PlacedEvent {
  readonly event: DomainEvent;
  readonly letter: LetterKey;
}

const contained: OutcomeOfVersion = { outcome: 'contained', detail: null };
const applied: OutcomeOfVersion = { outcome: 'applied', detail: null };

/** What becomes of an open letter once its aggregate is past it. */
const passedBy: OutcomeOfVersion = {
  outcome: 'refused',
  detail:
    'later events of its aggregate were applied, and versions are positions, so nothing can be put before them; ' +
    'a repair of the aggregate from the log, or a rebuild, applies it in its place',
};

/** What becomes of one that a read model is about to reach: applied now, it would be put before what its document still lacks. */
const notReached = (projection: string): OutcomeOfVersion => ({
  outcome: 'refused',
  detail:
    `${projection}: its consumer has not reached this record yet, and versions are positions, so everything before it has to be applied ` +
    'first; nothing was done. Start the consumer if it is stopped, and redrive the letter once it has caught up',
});

/**
 * Applies the letters of one aggregate where versions are positions: to every generation of a read model that has passed their records,
 * readers' last. One that has not will come to the record itself. Applied now, the letter would make its document later than all that it
 * still lacks, and its feed would take that for duplicates. So nothing is done with a letter that the readers' generation has yet to reach.
 *
 * @param letters in the order of the log
 * @returns what became of each
 */
export async function redriveByPosition(
  { registry }: Pick<LetterServers, 'registry'>,
  { projection, store, generations, live }: LetterModel,
  letters: readonly PlacedEvent[],
  dryRun: boolean,
): Promise<OutcomeOfVersion[]> {
  const ofReaders = live && (await registry.positions(live.uuid));
  const reached = letters.filter((letter) => !ofReaders || isPast(ofReaders, letter));
  const found = new Map<PlacedEvent, OutcomeOfVersion>();
  for (const generation of generations) {
    const positions = generation === live ? ofReaders! : await registry.positions(generation.uuid);
    const own = reached.filter((letter) => isPast(positions, letter));
    const outcomes = await redriveInto(generation, { projection, store }, own, dryRun);
    for (const [at, letter] of own.entries())
      found.set(letter, worseOf(found.get(letter) ?? contained, outcomes[at]!));
  }
  return letters.map((letter) => found.get(letter) ?? notReached(projection.name));
}

function isPast(positions: Positions, { letter: { partition, offset } }: PlacedEvent): boolean {
  return (positions.get(partition) ?? 0n) > offset;
}

async function redriveInto(
  { name }: Generation,
  { projection, store }: { readonly projection: LetterModel['projection']; readonly store: GenerationStore },
  letters: readonly PlacedEvent[],
  dryRun: boolean,
): Promise<OutcomeOfVersion[]> {
  const events = letters.map(({ event }) => event);
  if (events.length === 0) return [];
  const aggregateId = events[0]!.subject;
  const had = (await store.read(name, [aggregateId])).get(aggregateId)?.version ?? 0;
  const nothing = () => Promise.resolve({ written: 0, stale: 0, rejected: [] });
  const result = await feedRepeatedly(
    (given) => feedEvents({ store, name, projection }, given, undefined, dryRun ? nothing : undefined),
    events,
    { attempts: 1, pause: () => Promise.resolve() },
  );
  const stop = stopOf(result, events);
  return events.map(({ aggregateversion: version }) => {
    if (version === had) return contained;
    // A write is stale where the feed has put a later event into the document meanwhile.
    if (version < had || result.write.stale > 0) return passedBy;
    if (!stop || version < stop.version) return applied;
    const detail = `${projection.name}: ${stop.message}`;
    if (version === stop.version) return { outcome: 'refused', detail };
    return { outcome: 'waits', detail: `${detail}; version ${stop.version} has to come first` };
  });
}

/** The first event that was not applied, and why. */
function stopOf(
  { poison: [poison], refused: [refused] }: Pick<FeedResult, 'poison' | 'refused'>,
  events: readonly DomainEvent[],
): { readonly version: number; readonly message: string } | undefined {
  if (poison) return { version: poison.event.aggregateversion, message: poison.error.message };
  const first = refused && events.find(({ aggregateversion }) => aggregateversion > refused.after);
  return refused && first && { version: first.aggregateversion, message: refused.reason };
}

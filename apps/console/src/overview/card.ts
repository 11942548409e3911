import { describeAction, type GenerationStatus, type ReadModelStatus } from '@reprise/read-model-status';
import type { ActionName, ReadModelCard } from '../contract/index.ts';
import { legalActions, wayBack } from './legal-actions.ts';

/** What a card shows beside what `status` knows. */
export type Beside = Pick<
  ReadModelCard,
  'context' | 'storage' | 'freshnessTrend' | 'proof' | 'running' | 'room' | 'changes' | 'recommendation'
>;

/** The card of one read model. Pure: what is not known says why. */
export function cardOf(
  status: ReadModelStatus,
  beside: Beside,
  hidden: readonly ActionName[],
): ReadModelCard {
  const { projection, versions, letters, heldBack, repairs, logUnreachable } = status;
  const served = servedOf(status);
  const notAsked = logUnreachable ?? 'the registry could not say within the time it was given';
  return {
    ...{ ...beside, projection, versions },
    ...(isOnNothing(status) && { proof: onNothing }),
    ...(status.readers.unreachable !== null && !served && { proof: notRead }),
    serving: servingOf(status, served),
    freshness: freshnessOf(status, served),
    stalled: stalledOf(status, beside.running),
    rollback: rollbackOf(status),
    deadLetters: letters
      ? { known: true, value: { open: letters.open, atLeast: letters.more } }
      : { known: false, why: logUnreachable ?? 'the dead-letter topic could not be read, or does not exist' },
    heldBack: heldBack === null ? { known: false, why: notAsked } : { known: true, value: heldBack },
    repairs: repairs ? { known: true, value: repairs } : { known: false, why: notAsked },
    actions: legalActions(status, hidden),
  };
}

/** Nothing to be fresh, or proven. */
const onNothing = { known: false, none: true, why: 'readers are on nothing' } as const;

/** The store that holds them is away, which `served from` names. */
const notRead = { known: false, why: 'what readers are on could not be read' } as const;

function isOnNothing({ readers: { unreachable, on } }: Pick<ReadModelStatus, 'readers'>): boolean {
  return unreachable === null && on.length === 0;
}

/** The one generation that readers are on, where the registry knows it. */
export function servedOf({ readers, generations }: ReadModelStatus): GenerationStatus | undefined {
  return readers.on.length === 1 ? generations.find(({ name }) => name === readers.on[0]) : undefined;
}

function servingOf(
  { verdict, readers }: ReadModelStatus,
  served: GenerationStatus | undefined,
): ReadModelCard['serving'] {
  const isComplete =
    served !== undefined && ['LIVE', 'STANDBY', 'VERIFIED', 'BUILT', 'RETIRED'].includes(served.state);
  return {
    state: readers.unreachable !== null ? 'unknown' : isComplete ? 'serving' : 'not-serving',
    verdict: verdict.kind,
    sentence: verdict.text,
    next: verdict.next && describeAction(verdict.next),
    readers: readers.alias,
    on: [...readers.on],
    caveats: [...readers.caveats],
    generation: served
      ? {
          known: true,
          value: {
            name: served.name,
            uuid: served.uuid,
            state: served.state,
            fingerprint: served.fingerprint,
            projectionVersion: served.projectionVersion,
            since: served.since.toISOString(),
            untilTs: served.untilTs,
          },
        }
      : {
          known: false,
          why: whyNotServed(readers),
          ...(isOnNothing({ readers }) && { none: true as const }),
        },
  };
}

function whyNotServed({ unreachable, on, alias }: ReadModelStatus['readers']): string {
  if (unreachable !== null) return unreachable;
  if (on.length === 0) return `"${alias}" is on nothing`;
  return on.length > 1 ? `"${alias}" is on ${on.length} at once` : `this registry does not know ${on[0]!}`;
}

function freshnessOf(
  status: ReadModelStatus,
  served: GenerationStatus | undefined,
): ReadModelCard['freshness'] {
  if (isOnNothing(status)) return onNothing;
  if (!served && status.readers.unreachable !== null) return notRead;
  if (!served) return { known: false, why: 'readers are not on one generation of this registry' };
  const { logUnreachable } = status;
  const { lag, lagSeconds } = served;
  if (lag === null)
    return {
      known: false,
      why: logUnreachable ?? `${served.name} does not follow the log, or was built from another one`,
    };
  if (lagSeconds === null)
    return { known: false, why: `${lag} events are missing, and Kafka did not say how old they are` };
  return { known: true, value: { seconds: lagSeconds, events: lag } };
}

function rollbackOf(status: ReadModelStatus): ReadModelCard['rollback'] {
  const to = wayBack(status);
  if (status.readers.unreachable !== null) return notRead;
  if (!to) return { known: false, none: true, why: 'there is no earlier generation on standby' };
  const { name, lag, feeders } = to;
  if (lag === null)
    return {
      known: false,
      why: status.logUnreachable ?? `how far ${name} is behind the log cannot be known`,
    };
  const fresh = feeders.length > 0 && lag === 0;
  const sentence = fresh
    ? `${name} is fed and lacks nothing: readers lose nothing.`
    : `${name} lacks ${lag} events now${feeders.length === 0 ? ', and no consumer feeds it' : ''}; a rollback feeds them first, where this release can.`;
  return { known: true, value: { to: name, fresh, lacksEvents: lag, sentence } };
}

/** Why nothing moves, as a sentence: of the run that works, else of what readers get. */
function stalledOf(
  { verdict, running: current }: ReadModelStatus,
  running: ReadModelCard['running'],
): string | null {
  const progress = running?.progress;
  if (progress?.known && progress.value.stalled) return progress.value.stalled.sentence;
  if (current?.lost)
    return `Run ${current.runId} is gone (process ${current.pid} on ${current.host}); the next rebuild takes over.`;
  return ['not-fed', 'unpublished', 'behind'].includes(verdict.kind) ? verdict.text : null;
}

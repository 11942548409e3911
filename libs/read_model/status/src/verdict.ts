import type { GenerationFacts, Lag, ReadModelFacts, WriteSideFacts } from './facts.ts';

/** What to do next; the application that shows it spells it as its own command. */
export type Action =
  | { readonly do: 'rollback'; readonly projection: string }
  | { readonly do: 'promote'; readonly generation: string }
  | { readonly do: 'rebuild'; readonly projection: string }
  /** Bring the server back that the verdict names, then look again. */
  | { readonly do: 'look-again'; readonly projection: string }
  /** Move the readers' alias or view by hand, to one generation or to none: no command replaces readers of several. */
  | { readonly do: 'point-readers'; readonly readers: string; readonly projection: string }
  | { readonly do: 'list-dead-letters' }
  /** Remove the cause for which the log refused events, then put them back into the queue of the relay. */
  | { readonly do: 'release-parked' }
  | { readonly do: 'start'; readonly application: 'projection-consumer' | 'outbox-relay' };

export const verdictKinds = [
  /** Readers are served everything the log says, give or take `maxLagMs`. */
  'ok',
  /** It cannot be known now, because a server does not answer. */
  'unknown',
  /** Readers are on nothing. */
  'no-readers',
  /** Readers are on several, or on what no generation is. */
  'ambiguous',
  /** Readers are on a generation that is not the LIVE one. */
  'wrong-generation',
  /** The generation readers are on lacks events, and nobody feeds it. */
  'not-fed',
  /** It lacks nothing, and nobody feeds it: the next event will be missing. */
  'complete-unfed',
  /** It is fed, and too far behind. */
  'behind',
  /** Some aggregates wait behind dead letters; all others are up to date. */
  'held-back',
  /** What was committed does not get into the log. */
  'unpublished',
] as const;
export type VerdictKind = (typeof verdictKinds)[number];

/** The judgement of one read model: what readers get, in one line, and what to do about it. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** One line for a person, without the projection's name. */
  readonly text: string;
  /** The fastest safe step; null when there is nothing to do. */
  readonly next: Action | null;
}

export interface VerdictLimits {
  /** Age of the oldest event that readers may lack, in milliseconds, for a read model to count as fresh. */
  readonly maxLagMs: number;
}

/** 30 seconds of log. */
export const defaultMaxLagMs = 30_000;

/**
 * Judges one read model: the gravest thing that is wrong with what readers get. Pure; the order of the rules is the order of
 * how much readers are harmed.
 */
export function verdictOf(facts: ReadModelFacts, { maxLagMs }: VerdictLimits): Verdict {
  const { readers, projection } = facts;
  switch (readers.kind) {
    case 'unknown':
      return {
        kind: 'unknown',
        text: `UNKNOWN: ${readers.why}`,
        next: { do: 'look-again', projection },
      };
    case 'none':
      return { kind: 'no-readers', ...withoutReaders(facts) };
    case 'ambiguous':
      return {
        kind: 'ambiguous',
        text: `READERS ARE NOT ON ONE GENERATION: "${facts.alias}" is on ${readers.names.join(', ')}`,
        next: { do: 'point-readers', readers: facts.alias, projection },
      };
    case 'generation':
      return ofServed(facts, readers.name, maxLagMs);
  }
}

function ofServed(facts: ReadModelFacts, name: string, maxLagMs: number): Verdict {
  const { projection, generations, heldBack, writeSide, logUnreachable } = facts;
  const served = generations.find((generation) => generation.name === name);
  if (!served) {
    // A rollback does not leave what another registry made.
    const forward = generations.filter(({ state }) => state !== 'STANDBY');
    return {
      kind: 'wrong-generation',
      text: `READERS ARE ON ${name}, WHICH THIS REGISTRY DOES NOT KNOW`,
      next: bestWayBack(forward, name, projection),
    };
  }
  if (served.state !== 'LIVE') {
    return {
      kind: 'wrong-generation',
      text: `READERS ARE ON A GENERATION THAT IS ${served.state}: ${name}`,
      next: bestWayBack(generations, name, projection),
    };
  }
  if (logUnreachable !== null) {
    return {
      kind: 'unknown',
      text: `UNKNOWN: readers are on the live generation; the log cannot be asked: ${logUnreachable}`,
      next: { do: 'look-again', projection },
    };
  }
  if (served.lag === null) {
    return {
      kind: 'wrong-generation',
      text: served.repartitioned
        ? 'READERS ARE ON A GENERATION OF THE TOPIC WITH OTHER PARTITIONS, AND ITS VERSIONS ARE POSITIONS IN THEM'
        : 'READERS ARE ON A GENERATION OF AN EARLIER TOPIC OF THAT NAME',
      next: { do: 'rebuild', projection },
    };
  }
  const feed = ofFeed(served, served.lag, maxLagMs);
  if (feed && feed.kind !== 'complete-unfed') return feed;
  if (writeSide?.oldestMs != null && writeSide.oldestMs > maxLagMs) {
    return {
      kind: 'unpublished',
      ...ofWriteSide(writeSide, writeSide.oldestMs),
    };
  }
  if (feed) return feed;
  if (heldBack !== null && heldBack > 0) {
    return {
      kind: 'held-back',
      text: `OK, BUT ${count(heldBack, 'aggregate')} held back by dead letters`,
      next: { do: 'list-dead-letters' },
    };
  }
  return { kind: 'ok', text: 'OK', next: null };
}

/** What was committed and does not get into the log, and how it gets there. */
function ofWriteSide({ unpublished, parked }: WriteSideFacts, oldestMs: number): Omit<Verdict, 'kind'> {
  const text = `BEHIND ${count(unpublished + parked, 'event')}, ${age(oldestMs)}: committed, and not published`;
  if (parked === 0) return { text, next: { do: 'start', application: 'outbox-relay' } };
  return { text: `${text}; the log refused ${parked}`, next: { do: 'release-parked' } };
}

/** What is wrong with how the generation readers are on is fed, if anything is. */
function ofFeed(served: GenerationFacts, lag: Lag, maxLagMs: number): Verdict | undefined {
  const start = { do: 'start', application: 'projection-consumer' } as const;
  const behind = `BEHIND ${count(lag.events, 'event')}${lag.ms === null || lag.events === 0n ? '' : `, ${age(lag.ms)}`}`;
  const { feeders, unfed } = served.feeding;
  if (feeders.length === 0 || unfed.length > 0) {
    const nobody =
      feeders.length > 0
        ? `no consumer feeds partition${unfed.length === 1 ? '' : 's'} ${unfed.join(', ')}`
        : served.ownFingerprint
          ? 'no consumer feeds it'
          : 'no consumer of the release that made it is running';
    return {
      kind: lag.events > 0n ? 'not-fed' : 'complete-unfed',
      text: lag.events > 0n ? `${behind}: ${nobody}` : `COMPLETE, BUT NOT FED: ${nobody}`,
      next: start,
    };
  }
  if (lag.events > 0n && (lag.ms ?? Infinity) > maxLagMs)
    return { kind: 'behind', text: `${behind}: its consumer is running late`, next: start };
  return undefined;
}

/** Readers are on nothing: what brings them back, fastest first. */
function withoutReaders({ generations, alias, projection }: ReadModelFacts): Omit<Verdict, 'kind'> {
  const next = bestWayBack(generations, undefined, projection);
  const how = {
    rollback: 'rollback brings readers back',
    promote: 'a proven generation is there to promote',
    rebuild: 'a rebuild makes one',
  }[next.do as 'rollback' | 'promote' | 'rebuild'];
  return { text: `NO INDEX: "${alias}" is on nothing; ${how}`, next };
}

/**
 * The fastest safe step to a complete generation: back to one that is fed and on standby, forward to one that is proven, else a
 * rebuild. A LIVE generation whose storage is there and that readers are not on comes first.
 */
export function bestWayBack(
  generations: readonly GenerationFacts[],
  served: string | undefined,
  projection: string,
): Action {
  const whole = generations.filter(
    ({ name, stored, untilTs }) => name !== served && stored === true && untilTs === null,
  );
  const live = whole.find(({ state }) => state === 'LIVE');
  if (live) return { do: 'promote', generation: live.name };
  if (whole.some(({ state }) => state === 'STANDBY')) return { do: 'rollback', projection };
  const proven = whole.find(({ state, proven: isProven }) => state === 'VERIFIED' && isProven);
  if (proven) return { do: 'promote', generation: proven.name };
  return { do: 'rebuild', projection };
}

function count(number: number | bigint, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${BigInt(number) === 1n ? '' : 's'}`;
}

/** A span of time in its largest sensible unit: `40 s`, `12 min`, `3 h`, `2 d`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

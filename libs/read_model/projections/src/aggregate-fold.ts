import type { DomainEvent } from '@reprise/events';
import type { VersionedDocument } from '@reprise/read-model-documents';
import { applyEvent } from './apply-event.ts';
import type { Projection } from './projection.ts';

/** An event and where it lies in the log, for those that have to wait for an earlier one. */
export interface HeldEvent {
  readonly event: DomainEvent;
  readonly position: string;
}

/** What is known of one aggregate: its document so far, and events that came too early, in version order. */
export interface FoldEntry {
  document: VersionedDocument | undefined;
  held: HeldEvent[] | undefined;
}

/** Position in the log of the record with that index; asked for only when a record has to wait or fails. */
export type PositionOf = (index: number) => bigint;

export type FoldOutcome =
  | { readonly outcome: 'applied' | 'duplicate' | 'held'; readonly released: number }
  | {
      readonly outcome: 'poison';
      readonly released: number;
      readonly event: DomainEvent;
      readonly position: string;
      readonly error: Error;
    };

const applied: FoldOutcome = { outcome: 'applied', released: 0 };
const duplicate: FoldOutcome = { outcome: 'duplicate', released: 0 };
const heldBack: FoldOutcome = { outcome: 'held', released: 0 };

/**
 * Applies one event to an entry under the version rule. An event that comes too early is held; the event it waits for
 * releases it. `released` counts the held events that wait no longer: applied along with this one, dropped as duplicates, or the
 * poison event that is returned in place of this one.
 */
export function foldInto(
  projection: Projection,
  entry: FoldEntry,
  event: DomainEvent,
  positionOf: PositionOf,
  index: number,
): FoldOutcome {
  const result = tryApply(projection, entry.document, event);
  if (result instanceof Error)
    return { outcome: 'poison', released: 0, event, position: String(positionOf(index)), error: result };
  switch (result.outcome) {
    case 'duplicate':
      return duplicate;
    case 'gap':
      return hold(entry, { event, position: String(positionOf(index)) }) ? heldBack : duplicate;
    case 'applied':
      entry.document = result.document;
      return entry.held === undefined ? applied : release(projection, entry);
  }
}

/** Puts a held event at its place; false when that version is held already. */
function hold(entry: FoldEntry, held: HeldEvent): boolean {
  const waiting = (entry.held ??= []);
  const version = held.event.aggregateversion;
  let at = waiting.length;
  while (at > 0 && waiting[at - 1]!.event.aggregateversion > version) at--;
  if (at > 0 && waiting[at - 1]!.event.aggregateversion === version) return false;
  waiting.splice(at, 0, held);
  return true;
}

/** Applies the held events that are next, until one is missing again. */
function release(projection: Projection, entry: FoldEntry): FoldOutcome {
  const waiting = entry.held ?? [];
  let released = 0;
  while (released < waiting.length) {
    const { event, position } = waiting[released]!;
    const result = tryApply(projection, entry.document, event);
    if (result instanceof Error) {
      entry.held = without(waiting, released + 1);
      // As many are applied as have waited: the event that released them for the one that is poison.
      return { outcome: 'poison', released: released + 1, event, position, error: result };
    }
    if (result.outcome === 'gap') break;
    if (result.outcome === 'applied') entry.document = result.document;
    released++;
  }
  entry.held = without(waiting, released);
  return { outcome: 'applied', released };
}

/** What still waits; undefined when nothing does, which is how everything that looks at an entry knows. */
function without(waiting: HeldEvent[], released: number): HeldEvent[] | undefined {
  return released === waiting.length ? undefined : waiting.slice(released);
}

function tryApply(projection: Projection, document: VersionedDocument | undefined, event: DomainEvent) {
  try {
    return applyEvent(projection, document, event);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

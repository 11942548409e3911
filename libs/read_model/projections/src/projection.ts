import type { DomainEvent, EventContract } from '@reprise/events';
import type { StorageDefinition } from '@reprise/read-model-documents';

/**
 * A pure function from an aggregate's events to its document, with what its storage looks like. It gets no clock, no random
 * numbers and no way out: the same events give the same document, live, in a rebuild and in a repair.
 */
export interface Projection<Data extends object = object, Name extends string = string> {
  /** Snake case; also the name of its read alias or view unless configured otherwise. */
  readonly name: Name;
  /** Bumped whenever it gives another document for the same events; part of the fingerprint. */
  readonly version: number;
  /** The contract of the log it is made from. */
  readonly events: EventContract;
  /** Type of the aggregates it has documents of, one each. Events of others pass it by. */
  readonly aggregate: string;
  readonly storage: StorageDefinition;
  /**
   * What an event does to the document. Called in version order only.
   * @param document undefined where there is none
   */
  evolve(document: Data | undefined, event: DomainEvent): Outcome<Data>;
}

/** What an event does to a document. */
export type Outcome<Data extends object> =
  | { readonly outcome: 'put'; readonly data: Data }
  | { readonly outcome: 'remove' }
  /** The document stays as it is; only its version moves. */
  | { readonly outcome: 'ignore' };

/** The document after the event. */
export function put<Data extends object>(data: Data): Outcome<Data> {
  return { outcome: 'put', data };
}

const removal = { outcome: 'remove' } as const;
const nothing = { outcome: 'ignore' } as const;

/** The document is taken away; a later event may bring another one. */
export function remove(): typeof removal {
  return removal;
}

/** The event does not concern the document. */
export function ignore(): typeof nothing {
  return nothing;
}

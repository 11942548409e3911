import type { EventEnvelope } from '@reprise/events';

export interface LeadOpenedData {
  readonly title: string;
  /** The client that looks for people. */
  readonly company: string;
  readonly location?: string;
  /** How many people are looked for. */
  readonly headcount: number;
}

/** Only the details that changed, at least one. */
export type LeadDetailsChangedData = Partial<LeadOpenedData>;

export interface LeadCandidateProposedData {
  readonly candidateId: string;
}

export interface LeadFilledData {
  readonly candidateId: string;
}

export interface LeadClosedData {
  readonly reason?: string;
}

export type LeadWithdrawnData = Readonly<Record<string, never>>;

type LeadEnvelope<Type extends string, Data> = EventEnvelope<Type, Data, 'lead'>;

export type LeadOpened = LeadEnvelope<'lead.opened.v1', LeadOpenedData>;
export type LeadDetailsChanged = LeadEnvelope<'lead.details-changed.v1', LeadDetailsChangedData>;
export type LeadCandidateProposed = LeadEnvelope<'lead.candidate-proposed.v1', LeadCandidateProposedData>;
export type LeadFilled = LeadEnvelope<'lead.filled.v1', LeadFilledData>;
export type LeadClosed = LeadEnvelope<'lead.closed.v1', LeadClosedData>;
export type LeadWithdrawn = LeadEnvelope<'lead.withdrawn.v1', LeadWithdrawnData>;

export type LeadEvent =
  LeadOpened | LeadDetailsChanged | LeadCandidateProposed | LeadFilled | LeadClosed | LeadWithdrawn;

import type { LeadOpenedData } from '@reprise/recruiting-events';

/**
 * `open`: people are looked for; `filled`: as many were found as are looked for; `closed`: nobody is looked for any more;
 * `withdrawn`: should not have been, and gone for good.
 */
export type LeadStatus = 'open' | 'filled' | 'closed' | 'withdrawn';

/** A lead as its events made it. Times are event times, RFC 3339 in UTC; `version` counts the events. */
export interface LeadState extends LeadOpenedData {
  readonly leadId: string;
  readonly version: number;
  readonly status: LeadStatus;
  /** Ids of the candidates the client was shown, in that order. */
  readonly proposed: readonly string[];
  /** Ids of the candidates who got a position, in that order; never more than `headcount`. */
  readonly placed: readonly string[];
  /** Why the lead was closed, if that was said. */
  readonly closingReason?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Most candidates that may be proposed for one lead. */
export const mostProposed = 1_000;

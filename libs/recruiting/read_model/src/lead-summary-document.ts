/** One row of `lead_summary`, beside the id and version that the store keeps. Times are event times, UTC, with milliseconds. */
export interface LeadSummaryDocument {
  readonly title: string;
  /** The client that looks for people. */
  readonly company: string;
  readonly location: string | null;
  /** How many people are looked for. */
  readonly headcount: number;
  /** `filled`: as many have a position as are looked for; `closed`: nobody is looked for any more. */
  readonly status: 'open' | 'filled' | 'closed';
  /** Ids of the candidates the client was shown, in that order. */
  readonly proposed: readonly string[];
  /** Ids of the candidates who got a position, in that order. */
  readonly placed: readonly string[];
  /** Why the lead was closed; null when nobody said, and of one that is not closed. */
  readonly closingReason: string | null;
  readonly openedAt: string;
  readonly updatedAt: string;
}

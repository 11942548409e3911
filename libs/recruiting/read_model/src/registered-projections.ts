import type { Projection } from '@reprise/read-model-projections';
import { candidateSummary } from './candidate-summary/candidate-summary.ts';
import { leadSummary } from './lead-summary/lead-summary.ts';

/** Every projection of recruiting, in the order `--projection all` takes them. */
export const projections: readonly Projection[] = [candidateSummary, leadSummary];

/** Where other threads find these projections: this module exports them. */
export const projectionModule = import.meta.url;

/** Event histories for property tests, and what must come of them; nothing outside tests imports this. */
export { projectionsByPosition } from './by-position.ts';
export { candidateHistories, leadHistories, recruitingLogs } from './histories.ts';
export { livesOf, naiveCandidate, naiveLead } from './naive-summaries.ts';

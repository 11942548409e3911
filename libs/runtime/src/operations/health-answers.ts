import type { StatedProblem } from './problem-details.ts';
import type { CheckResults } from './readiness.ts';

/** Prometheus' text format. */
export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8';

/** What `GET /health/checks` answers to who may read metrics. */
export interface ChecksAnswer {
  readonly status: 'ready' | 'not-ready';
  readonly checks: Readonly<Record<string, 'ok' | 'failed'>>;
}

/** How long a caller that found a process not ready should wait before it asks again. */
export const retryAfterSeconds = 5;

/** What `GET /health/ready` answers while something fails. Anybody may ask, so it names nothing. */
export const notReady: StatedProblem = {
  status: 503,
  slug: 'not-ready',
  title: 'Not ready',
  detail: 'Not ready. GET /health/checks says what fails, and the log of this process why.',
};

/** Whether every check passes. */
export function isReady(results: CheckResults): boolean {
  return [...results.values()].every((reason) => reason === undefined);
}

/** Which checks pass. The reasons stay in the log: they are what drivers say, of hosts, users and files. */
export function checksAnswer(results: CheckResults): ChecksAnswer {
  const checks = [...results].map(
    ([name, reason]) => [name, reason === undefined ? 'ok' : 'failed'] as const,
  );
  return { status: isReady(results) ? 'ready' : 'not-ready', checks: Object.fromEntries(checks) };
}

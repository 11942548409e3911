import { redact } from '../logging/redaction.ts';

/** The body of an `application/problem+json` answer (RFC 9457). */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Path and query, if the request could be read that far; without secrets, since answers are kept and passed on. */
  readonly instance?: string;
  readonly correlationId: string;
  readonly [member: string]: unknown;
}

/** A problem before it is tied to a request. */
export interface StatedProblem {
  readonly status: number;
  /** The last part of its `type`. */
  readonly slug: string;
  readonly title: string;
  readonly detail: string;
  readonly members?: Readonly<Record<string, unknown>>;
}

export const problemMediaType = 'application/problem+json';

/** Longest text of a caller that an answer or a log line repeats, in characters. */
const mostChars = 512;

/** The beginning of a text that came from outside. */
export function excerpt(text: string, most = mostChars): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

/** The `type` of a problem: a stable name, whatever the wording of its detail. */
export function problemType(slug: string): string {
  return `urn:reprise:problem:${slug}`;
}

/** Ties a problem to the request it answers. */
export function problemDetails(
  { status, slug, title, detail, members }: StatedProblem,
  url: string | undefined,
  correlationId: string,
): ProblemDetails {
  const instance = url !== undefined && { instance: excerpt(redact(url)) };
  return { ...members, type: problemType(slug), title, status, detail, ...instance, correlationId };
}

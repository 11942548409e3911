import { HttpException } from '@nestjs/common';

/** One field of a request that was refused, `items.0.name` for nested ones. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What a problem may carry beside the fields of RFC 9457; `retryAfterSeconds` becomes the Retry-After header. */
export interface ProblemExtra {
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
  readonly [member: string]: unknown;
}

/** A deliberate RFC 9457 answer; the filter adds `instance` and `correlationId`. */
export class ProblemException extends HttpException {
  readonly slug: string;
  readonly title: string;
  readonly detail: string;
  readonly extra: ProblemExtra;

  /**
   * @param status HTTP status
   * @param slug the last part of the problem's `type`, kebab case, stable
   * @param title what kind of problem it is, the same for every occurrence
   * @param detail what happened this time, what was not changed and what to do next
   */
  constructor(status: number, slug: string, title: string, detail: string, extra: ProblemExtra = {}) {
    const { cause, ...members } = extra;
    super(detail, status, { cause });
    this.name = 'ProblemException';
    this.slug = slug;
    this.title = title;
    this.detail = detail;
    this.extra = members;
  }
}

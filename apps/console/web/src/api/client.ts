import { routes } from '../../../src/contract/routes.ts';

/** What went wrong with a request, as the server's problem document says it, or as the browser found it. */
export class Problem extends Error {
  /** 0 where no answer came. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface ProblemDocument {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly type?: string;
}

export interface Asking {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly csrfToken?: string;
  readonly signal?: AbortSignal;
}

let refused = (): void => undefined;

/** Has `listener` called whenever somebody who uses the pages is refused: the session ended, or may less than the page believes. */
export function onRefused(listener: () => void): void {
  refused = listener;
}

/**
 * Asks the operations API.
 *
 * @throws Problem for every answer but a 2xx, and for none
 */
export async function ask<T>(
  path: string,
  { method = 'GET', body, csrfToken, signal }: Asking = {},
): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(csrfToken !== undefined && { 'x-csrf-token': csrfToken }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(
      0,
      'no-answer',
      'The console’s server does not answer. Nothing is known about what it was asked.',
    );
  }
  const text = await response.text();
  if (!response.ok) {
    // Logging in with a wrong key is refused too, which says nothing about the session.
    if ((response.status === 401 || response.status === 403) && path !== routes.session) refused();
    throw problemOf(response.status, text);
  }
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

function problemOf(status: number, text: string): Problem {
  let document: ProblemDocument = {};
  try {
    document = JSON.parse(text) as ProblemDocument;
  } catch {
    // Whatever stands between browser and server answered, not in JSON: its status is all there is.
  }
  const { title = `The server answered ${status}`, detail, code, type } = document;
  return new Problem(status, code ?? type ?? String(status), detail === undefined ? `${title}.` : detail);
}

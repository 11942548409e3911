import { ProblemException } from '@reprise/http';
import type { CursorResult } from './cursor.ts';

type Reason = Extract<CursorResult, { ok: false }>['reason'] | 'generation-gone';

const details: Readonly<Record<Reason, string>> = {
  unreadable: 'This service did not issue the cursor. Omit it to start the search again from the first page.',
  'other-search':
    'The cursor belongs to a search with other parameters. Repeat those, or omit the cursor to start again from the first page.',
  'generation-gone':
    'The search index has been rebuilt since, and the index of this search can no longer be read. Omit the cursor to start the search again from the first page.',
};

/** Nothing was searched: a page of another index or another search would repeat products, or leave some out. */
export function invalidCursor(reason: Reason, cause?: unknown): ProblemException {
  const detail = details[reason];
  const errors = [{ field: 'cursor', message: detail }];
  return new ProblemException(400, 'invalid-cursor', 'The cursor cannot be continued', detail, {
    errors,
    cause,
  });
}

import { ProblemException } from '@reprise/runtime/http';
import type { CursorResult } from './cursor.ts';

type Reason = Extract<CursorResult, { ok: false }>['reason'] | 'generation-gone';

const details: Readonly<Record<Reason, string>> = {
  unreadable:
    'The cursor is not one that this service made. Leave it out to start the search again from its first page.',
  'other-search':
    'The cursor belongs to a search with other parameters. Repeat those, or leave the cursor out to start again from the first page.',
  'generation-gone':
    'The search index has been rebuilt since, and the one that this search was started on can no longer be read. Leave the cursor out to start the search again from its first page.',
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

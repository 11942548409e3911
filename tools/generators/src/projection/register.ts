import { withEntry, withName } from '../source/edits.ts';
import type { ProjectionNames } from './names.ts';

/**
 * The source of registered-projections.ts with one more projection, as the last of the list.
 *
 * @throws Error when the source does not look as expected, or has a projection of that name already; nothing is changed then
 */
export function registered(source: string, { constant, fileName }: ProjectionNames): string {
  if (new RegExp(`\\b${constant}\\b`).test(source))
    throw new Error(`registered-projections.ts knows ${constant} already. Nothing was written.`);
  try {
    return withName(
      withEntry(source, 'projections', constant),
      'import',
      `./${fileName}/${fileName}.ts`,
      constant,
    );
  } catch (error) {
    throw new Error(
      `registered-projections.ts: ${(error as Error).message}. Nothing was written; restore that form, or add the projection by hand.`,
      { cause: error },
    );
  }
}

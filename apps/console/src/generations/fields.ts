import type { FieldDifference } from '../contract/index.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields in which two documents differ, by path, in their order. What one side lacks is left out there. */
export function fieldDifferences(left: unknown, right: unknown, path = ''): FieldDifference[] {
  if (isFields(left) && isFields(right))
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((name) =>
      fieldDifferences(left[name], right[name], path === '' ? name : `${path}.${name}`),
    );
  return JSON.stringify(left) === JSON.stringify(right) ? [] : [{ path, left, right }];
}

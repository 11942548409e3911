import type { EnvelopeReader } from '../envelope-reader.ts';
import { jsonObject } from '../json-object.ts';
import { declaredReader, type DeclaredAttributes } from './declared-reader.ts';
import { locate } from './place.ts';

export interface PlainJsonOptions extends DeclaredAttributes {
  /** Path of the event's data in the value; by default the value itself. */
  readonly data?: string;
}

/**
 * Reads records whose value is a JSON object of any shape. Each attribute is declared: a path in the value, a header, the key, the
 * timestamp, or a constant.
 * @throws RangeError for a path that no value can have
 */
export function plainJson({ data, ...attributes }: PlainJsonOptions): EnvelopeReader {
  const dataOf = locate(data ?? '');
  return declaredReader({
    name: 'plain JSON',
    attributes,
    open(value) {
      const parsed = jsonObject(value);
      if (!parsed.ok) return parsed;
      return { ok: true, value: parsed.object, data: dataOf(parsed.object, undefined) };
    },
  });
}

import { envelopeOf } from '../readers/declared/event-attributes.ts';
import type { Opened } from '../readers/envelope-reader.ts';
import { jsonOf } from '../readers/json-object.ts';
import { identityOf } from '../readers/open-failure.ts';
import type { AttributesApart } from './event-contract.ts';

/** The envelope that attributes which were found apart make together; what is missing is undefined in it, and the schema says so. */
export function envelopeOfParts({ data, more, ...found }: AttributesApart): Opened {
  const parsed = jsonOf(data);
  if (!parsed.ok) return { ...parsed, ...identityOf(envelopeOf({ ...found, data: undefined })) };
  return { ok: true, envelope: { ...more, ...envelopeOf({ ...found, data: parsed.json }) } };
}

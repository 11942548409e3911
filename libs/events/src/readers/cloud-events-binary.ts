import { cloudEventsSchema } from './cloud-events-schema.ts';
import { dataContentType, specVersion } from './cloud-events-schema.ts';
import type { Opened, RecordContext } from './envelope-reader.ts';
import { jsonOf, textOf } from './json-object.ts';
import { identityOf, notAnEnvelope } from './open-failure.ts';
import { wholeNumber } from './attribute-values.ts';

/** Attributes that have a `ce_` header; the data is the value, and `datacontenttype` is the header `content-type`. */
const attributes = Object.keys(cloudEventsSchema.properties).filter(
  (name) => name !== 'data' && name !== 'datacontenttype',
);

const json = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/**
 * Opens a CloudEvent in binary content mode: each attribute in a header `ce_…`, the data as the value. An event without data is a
 * record without a value, which is no event here either.
 */
export function openBinary(
  value: Buffer | string | null,
  record: RecordContext,
  extensions: readonly string[],
): Opened {
  const envelope: Record<string, unknown> = {};
  for (const name of attributes) setFromHeader(envelope, name, record);
  for (const name of extensions) setFromHeader(envelope, name, record);
  envelope['aggregateversion'] = wholeNumber(envelope['aggregateversion']);
  const contentType = textOf(record.header('content-type'));
  envelope['datacontenttype'] =
    typeof contentType === 'string' && json.test(contentType) ? dataContentType : contentType;

  const parsed = jsonOf(value);
  if (!parsed.ok) return { ...parsed, ...identityOf(envelope) };
  if (envelope['specversion'] !== specVersion)
    return notAnEnvelope(envelope, '/specversion', `must be "${specVersion}"`);
  envelope['data'] = parsed.json;
  return { ok: true, envelope };
}

function setFromHeader(envelope: Record<string, unknown>, name: string, record: RecordContext): void {
  const found = textOf(record.header(`ce_${name}`));
  if (found !== undefined) envelope[name] = found;
}

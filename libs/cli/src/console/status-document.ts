import { statusDocumentSchema, type StatusDocument } from '@reprise/read-model-status';
import { Ajv2020 } from 'ajv/dist/2020.js';

const isMoment = (text: string) => !Number.isNaN(Date.parse(text));
const isDocument = new Ajv2020({ formats: { 'date-time': isMoment } }).compile(statusDocumentSchema);

/** Moments by the names of their members; the API sends them as texts. */
const moments: ReadonlySet<string> = new Set(['since', 'startedAt', 'savedAt', 'endedAt']);

/**
 * Reads the document, whoever sent it, as what `readStatus` returns.
 *
 * @returns undefined where it is none of this release
 */
export function readStatusDocument(document: unknown): StatusDocument['contexts'] | undefined {
  if (!isDocument(document)) return undefined;
  const { contexts } = JSON.parse(JSON.stringify(document), (name, value: unknown) =>
    moments.has(name) && typeof value === 'string' ? new Date(value) : value,
  ) as StatusDocument;
  return contexts;
}

/** The parts of a schema that bound its values. */
interface Bounded {
  type?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
}

/** Lengths of texts whose form fixes them; a time has milliseconds and Z. */
const formatLengths: Readonly<Record<string, number>> = { uuid: 36, 'date-time': 24 };

/** What JavaScript counts without a gap: no answer holds another integer. */
const integers = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };

/** States the bounds that follow from the type and the form of values, wherever a document has a schema that leaves them out. */
export function boundSchemas(part: unknown): void {
  if (typeof part !== 'object' || part === null) return;
  const schema = part as Bounded;
  if (schema.type === 'integer') Object.assign(schema, { format: 'int64', ...integers, ...schema });
  const length = schema.type === 'string' ? formatLengths[schema.format ?? ''] : undefined;
  if (length !== undefined) schema.maxLength ??= length;
  for (const inner of Object.values(part)) boundSchemas(inner);
}

import type { GenerationName } from './generation.ts';

/** What a generation's name says. */
export interface GenerationNameParts {
  readonly projection: string;
  readonly schemaVersion: number;
  /** Start of the build, to the second, UTC. */
  readonly at: Date;
  /** First eight hex digits of the fingerprint. */
  readonly fingerprint8: string;
  /** 1, or the count among builds of the same second and fingerprint. */
  readonly ordinal: number;
}

const pattern =
  /^([a-z][a-z0-9_]*)_v([1-9]\d*)_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)_([0-9a-f]{8})(?:_([1-9]\d*))?$/;

/**
 * Mints the name of a new generation: `<projection>_v<schema>_<yyyymmdd>_<hhmmss>_<fingerprint8>`, UTC, followed by `_2`,
 * `_3`, ... when `taken` says that a build of the same second has the plain one.
 *
 * @param storageSchemaVersion `schemaVersion` of the projection's storage definition
 * @param fingerprint hex, at least eight digits (see `fingerprintOf`)
 * @param taken whether a name is in use; creating the index or table stays the final guard between two processes
 * @throws TypeError for a projection name or fingerprint that would not give a readable name
 */
export function generationName(
  storageSchemaVersion: number,
  projectionName: string,
  at: Date,
  fingerprint: string,
  taken: (name: GenerationName) => boolean = () => false,
): GenerationName {
  const digits = at.toISOString().replace(/\D/g, '');
  const stamp = `${digits.slice(0, 8)}_${digits.slice(8, 14)}`;
  const plain = `${projectionName}_v${storageSchemaVersion}_${stamp}_${fingerprint.slice(0, 8)}`;
  let name = asGenerationName(plain, projectionName);
  for (let ordinal = 2; taken(name); ordinal++) name = `${plain}_${ordinal}` as GenerationName;
  return name;
}

/** Reads a name minted by `generationName`; undefined for any other text. */
export function parseGenerationName(text: string): GenerationNameParts | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, projection, schema, year, month, day, hours, minutes, seconds, fingerprint8, ordinal] = match;
  const at = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  if (Number.isNaN(at.getTime())) return undefined;
  return {
    projection: projection!,
    schemaVersion: Number(schema),
    at,
    fingerprint8: fingerprint8!,
    ordinal: Number(ordinal ?? 1),
  };
}

/** Whether `text` is the name of a generation of that projection. */
export function isGenerationName(text: string, projection: string): text is GenerationName {
  return parseGenerationName(text)?.projection === projection;
}

/**
 * Takes a name from outside (registry, command line, server) as a generation's.
 *
 * @throws TypeError when it is not a generation name of that projection; an alias or view never is
 */
export function asGenerationName(text: string, projection: string): GenerationName {
  if (isGenerationName(text, projection)) return text;
  throw new TypeError(
    `"${text}" is not a generation of ${projection}; their names have the form ${projection}_v<schema>_<yyyymmdd>_<hhmmss>_<fingerprint8>`,
  );
}

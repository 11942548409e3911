import type { estypes } from '@elastic/elasticsearch';

/** What an index is created with, or what the server says it is. */
export type IndexDefinition = Pick<estypes.IndicesIndexState, 'aliases' | 'mappings' | 'settings'>;

/** Parameters of fields with the server's own values filled in: by full name of the field, then by path. */
export type FieldDefaults = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** A value at a place: names from the top, and the value as comparable text. */
type Leaves = ReadonlyMap<string, { readonly place: readonly string[]; readonly value: string }>;

/** Settings the server itself gives to every index. */
const ownSettings = /^index\.(creation_date|uuid|provided_name|history\.uuid|version\..+)$/;

/**
 * Settings that an operator's template may add: they decide where an index lies and how fast or verbose it is, never what is
 * stored, found or kept; limits of mappings refuse what goes beyond, and leave nothing out. Documented in docs/how-to/run-against-your-own-servers.md.
 */
const harmlessSettings =
  /^index\.(codec|priority|routing\.allocation\..+|unassigned\.node_left\.delayed_timeout|merge\..+|translog\.(flush_threshold_size|sync_interval)|(search|indexing)\.slowlog\..+|mapping\.(total_fields|depth|nested_fields|nested_objects|field_name_length)\.limit|store\.(type|preload))$/;

/** Settings that change when a build ends; and one that a repair sets for a moment. */
const servingSettings = /^index\.(number_of_replicas|refresh_interval|gc_deletes)$/;

export interface Comparison {
  /** Aliases that may be there beside those asked for. */
  readonly allowedAliases?: readonly string[];
  /** The build may have ended, and a server of an earlier release may have created it: what is at the server's own value counts as asked for. */
  readonly mayServe?: boolean;
  /** Fields' parameters with the server's values; asked for only where something that was asked for is not to be seen. */
  readonly defaults?: FieldDefaults | undefined;
}

/**
 * What of an index is not as it was asked for, a short text for each difference. Everything counts that was not asked for, but
 * for what the server itself adds and what is harmless: a new setting of a later server is refused rather than overlooked.
 */
export function differencesOf(
  asked: IndexDefinition,
  actual: IndexDefinition,
  how: Comparison = {},
): string[] {
  return [
    ...aliasDifferences(asked, actual, how),
    ...mappingDifferences(asked, actual, how),
    ...settingDifferences(asked, actual, how),
  ];
}

/** Whether something that was asked for is not to be seen, which the server does with what is its own default. */
export function lacksAsked(asked: IndexDefinition, actual: IndexDefinition): boolean {
  const there = mappingLeaves(actual);
  return [...mappingLeaves(asked).keys()].some((key) => !there.has(key));
}

function aliasDifferences(
  { aliases: asked = {} }: IndexDefinition,
  { aliases: actual = {} }: IndexDefinition,
  { allowedAliases = [] }: Comparison,
): string[] {
  const missing = Object.keys(asked).filter((alias) => !(alias in actual));
  const extra = Object.keys(actual).filter((alias) => !(alias in asked) && !allowedAliases.includes(alias));
  const changed = Object.keys(asked).filter(
    (alias) => alias in actual && JSON.stringify(asked[alias]) !== JSON.stringify(actual[alias]),
  );
  return [
    ...missing.map((alias) => `the alias ${alias} is missing`),
    ...extra.map((alias) => `the alias ${alias} is on it`),
    ...changed.map((alias) => `the alias ${alias} is ${JSON.stringify(actual[alias])}`),
  ];
}

function mappingDifferences(asked: IndexDefinition, actual: IndexDefinition, how: Comparison): string[] {
  const [wanted, there] = [mappingLeaves(asked), mappingLeaves(actual)];
  const differences: string[] = [];
  for (const [key, { place, value }] of wanted) {
    const found = there.get(key)?.value ?? defaultAt(place, there, how.defaults);
    if (found !== value) differences.push(`mapping ${named(place)} is ${found ?? 'not set'}, not ${value}`);
  }
  for (const [key, { place, value }] of there) {
    // What an operator's template says about an index is the operator's business.
    if (!wanted.has(key) && place[0] !== '_meta') differences.push(`mapping ${named(place)} is ${value}`);
  }
  return differences;
}

/** The server leaves out what is its own default; `object` goes without saying where there are properties. */
function defaultAt(place: readonly string[], there: Leaves, defaults?: FieldDefaults): string | undefined {
  const field: string[] = [];
  let at = 0;
  while ((place[at] === 'properties' || place[at] === 'fields') && at + 2 < place.length) {
    field.push(place[at + 1]!);
    at += 2;
  }
  const properties = JSON.stringify([...place.slice(0, -1), 'properties']).slice(0, -1);
  if (place.at(-1) === 'type' && [...there.keys()].some((key) => key.startsWith(properties)))
    return JSON.stringify('object');
  return defaults?.get(field.join('.'))?.get(JSON.stringify(place.slice(at)));
}

function settingDifferences(
  asked: IndexDefinition,
  actual: IndexDefinition,
  { mayServe }: Comparison,
): string[] {
  const [wanted, there] = [settingLeaves(asked), settingLeaves(actual)];
  const differences: string[] = [];
  for (const [key, { place, value }] of wanted) {
    const found = there.get(key)?.value;
    if (mayServe && (found === undefined || servingSettings.test(named(place)))) continue;
    if (found !== value) differences.push(`setting ${named(place)} is ${found ?? 'not set'}, not ${value}`);
  }
  for (const [key, { place, value }] of there) {
    const name = named(place);
    if (wanted.has(key) || ownSettings.test(name) || harmlessSettings.test(name)) continue;
    if (mayServe && (servingSettings.test(name) || value === '"false"')) continue;
    differences.push(`setting ${name} is ${value}`);
  }
  return differences;
}

const mappingLeaves = ({ mappings = {} }: IndexDefinition): Leaves => leavesOf(mappings);

/** Settings are text to the server, nested or dotted, with or without "index." before them. */
function settingLeaves({ settings = {} }: IndexDefinition): Leaves {
  const dotted = [...leavesOf(settings).values()].map(({ place, value }) => {
    const name = named(place);
    const whole = name.startsWith('index.') ? name : `index.${name}`;
    return [JSON.stringify([whole]), { place: [whole], value: asText(value) }] as const;
  });
  return new Map(dotted);
}

function asText(value: string): string {
  const parsed: unknown = JSON.parse(value);
  return Array.isArray(parsed) ? JSON.stringify(parsed.map(String)) : JSON.stringify(String(parsed));
}

/** Every value that holds no further ones, with where it stands. */
function leavesOf(value: unknown, place: readonly string[] = [], into = new Map()): Leaves {
  const isParent = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isParent && Object.keys(value).length > 0) {
    for (const [name, inner] of Object.entries(value)) leavesOf(inner, [...place, name], into);
  } else if (place.length > 0) {
    (into as Map<string, unknown>).set(JSON.stringify(place), { place, value: JSON.stringify(value) });
  }
  return into as Leaves;
}

const named = (place: readonly string[]): string => place.join('.');

import {
  SearchRefused,
  type GenerationName,
  type GenerationStore,
  type JsonObject,
} from '@reprise/read-model-indices';
import type { GateCheck } from './gate.ts';

/** A search whose result is known beforehand, asked of a new generation before readers may be moved to it. */
export interface Canary {
  readonly name: string;
  /** In the store's own query language. */
  readonly query: JsonObject;
  /** Hits looked at, best first. */
  readonly top: number;
  /** Ids that must be among them. */
  readonly expectedIds?: readonly string[];
  /** Share of the live generation's hits that must be among them, 0 to 1. */
  readonly minOverlap?: number;
}

const defaultTop = 10;
const largestTop = 1_000;

/**
 * Reads canary queries from the text of a JSON file: an array of
 * `{"name", "query", "top"?, "expectedIds"?: [id], "minOverlap"?: share}`, each with at least one of the last two.
 *
 * @returns the queries, and everything that is wrong with the text, named by position
 */
export function readCanaries(text: string): { readonly canaries: Canary[]; readonly problems: string[] } {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch (error) {
    return { canaries: [], problems: [`it is not JSON: ${(error as Error).message}`] };
  }
  if (!Array.isArray(entries) || entries.length === 0)
    return { canaries: [], problems: ['it must be an array of at least one query'] };
  const canaries: Canary[] = [];
  const problems: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const found = problemsOf(entry);
    if (found.length > 0) problems.push(...found.map((problem) => `query ${index + 1}: ${problem}`));
    else canaries.push({ ...(entry as Canary), ...named(entry as Partial<Canary>, index) });
  }
  return { canaries, problems };
}

function named({ name, top }: Partial<Canary>, index: number): Pick<Canary, 'name' | 'top'> {
  return { name: name ?? `query ${index + 1}`, top: top ?? defaultTop };
}

const members = ['name', 'query', 'top', 'expectedIds', 'minOverlap'];

function problemsOf(entry: unknown): string[] {
  if (!isObject(entry)) return ['it must be an object'];
  const { name, query, top, expectedIds, minOverlap } = entry;
  const problems = Object.keys(entry)
    .filter((member) => !members.includes(member))
    .map((member) => `"${member}" is not known: it may have ${members.join(', ')}`);
  if (name !== undefined && typeof name !== 'string') problems.push('"name" must be text');
  if (!isObject(query)) problems.push('"query" must be an object in the search server\'s query language');
  if (top !== undefined && !(Number.isInteger(top) && Number(top) >= 1 && Number(top) <= largestTop))
    problems.push(`"top" must be a whole number from 1 to ${largestTop}`);
  if (expectedIds === undefined && minOverlap === undefined)
    problems.push('"expectedIds" or "minOverlap" is required');
  if (expectedIds !== undefined && !isListOfText(expectedIds))
    problems.push('"expectedIds" must be an array of at least one id');
  if (minOverlap !== undefined && !(typeof minOverlap === 'number' && minOverlap >= 0 && minOverlap <= 1))
    problems.push('"minOverlap" must be a number between 0 and 1');
  return problems;
}

/** Asks every canary query of a generation at rest; one check for each thing it expects. */
export async function askCanaries(
  store: Pick<GenerationStore, 'search'>,
  generation: GenerationName,
  live: GenerationName | undefined,
  canaries: readonly Canary[],
  signal: AbortSignal,
): Promise<GateCheck[]> {
  const checks: GateCheck[] = [];
  for (const { name, query, top, expectedIds, minOverlap } of canaries) {
    const check = `canary "${name}"`;
    try {
      const hits = await store.search!(generation, query, top, signal);
      if (expectedIds) checks.push(expectIds(check, expectedIds, hits, top));
      if (minOverlap !== undefined) {
        const before = live === undefined ? undefined : await store.search!(live, query, top, signal);
        checks.push(expectOverlap(check, minOverlap, before, hits, top));
      }
    } catch (error) {
      if (!(error instanceof SearchRefused)) throw error;
      checks.push({
        check,
        expected: 'a query the store understands',
        actual: `refused: ${error.message}`,
        passed: false,
      });
    }
  }
  return checks;
}

function expectIds(
  check: string,
  wanted: readonly string[],
  hits: readonly string[],
  top: number,
): GateCheck {
  const missing = wanted.filter((id) => !hits.includes(id));
  return {
    check,
    expected: `${wanted.join(', ')} among the first ${top}`,
    actual: missing.length === 0 ? 'all of them' : `${missing.join(', ')} not among ${hits.length} hits`,
    passed: missing.length === 0,
  };
}

function expectOverlap(
  check: string,
  least: number,
  live: readonly string[] | undefined,
  hits: readonly string[],
  top: number,
): GateCheck {
  const expected = `at least ${least} of the live generation's first ${top} hits`;
  if (live === undefined) return { check, expected, actual: 'nothing is live to compare with', passed: true };
  const share = live.length === 0 ? 1 : live.filter((id) => hits.includes(id)).length / live.length;
  return {
    check,
    expected,
    actual: `${Math.round(share * 1_000) / 1_000} of ${live.length}`,
    passed: share >= least,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOfText(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}

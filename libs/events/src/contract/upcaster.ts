import type { JsonObject } from '../readers/open-failure.ts';

export type UpcastResult =
  | { readonly ok: true; readonly data: JsonObject }
  | { readonly ok: false; readonly path: string; readonly problem: string };

/**
 * Lifts the data of one event type by one version. Pure and total: for data it cannot convert it returns the place and the
 * problem. Its result is validated against the schema of the version it produces, so it need not check everything.
 */
export interface Upcaster {
  readonly from: string;
  readonly to: string;
  upcast(data: JsonObject): UpcastResult;
}

/** Older types by name, one step each; a step's `to` may be another step's `from`. */
export type Upcasters = ReadonlyMap<string, Upcaster>;

/** Lifts `data` step by step to the newest version of its type; stops at the first step that cannot convert it. */
export function upcast(
  older: Upcasters,
  type: string,
  data: JsonObject,
): { type: string; result: UpcastResult } {
  let current = type;
  let result: UpcastResult = { ok: true, data };
  for (let step = older.get(current); step !== undefined && result.ok; step = older.get(current)) {
    result = step.upcast(result.data);
    current = step.to;
  }
  return { type: current, result };
}

/** What is wrong with a set of upcasters: each old type has one step, and every chain ends in a current type. */
export function upcasterProblems(upcasters: readonly Upcaster[], current: ReadonlySet<string>): string[] {
  const byFrom = new Map(upcasters.map((upcaster) => [upcaster.from, upcaster]));
  const problems: string[] = [];
  if (byFrom.size < upcasters.length) problems.push('two upcasters have one `from`');
  for (const { from } of byFrom.values()) {
    if (current.has(from)) problems.push(`${from} is a current type and has an upcaster`);
    const seen = new Set<string>();
    let type = from;
    for (let step = byFrom.get(type); step !== undefined && !seen.has(type); step = byFrom.get(type)) {
      seen.add(type);
      type = step.to;
    }
    if (!current.has(type)) problems.push(`the upcasters of ${from} lead to no current type`);
  }
  return problems;
}

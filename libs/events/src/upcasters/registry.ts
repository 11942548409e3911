import { priceChangedV0 } from './price-changed-v0.ts';
import type { JsonObject, Upcaster, UpcastResult } from './upcaster.ts';

/** Every older version that a log may hold, one step each; a step's `to` may be another step's `from`. */
export const upcasters: readonly Upcaster[] = [priceChangedV0];

const byOldType: ReadonlyMap<string, Upcaster> = new Map(
  upcasters.map((upcaster) => [upcaster.from, upcaster]),
);

/** Whether `type` is an older version of a current type. */
export function isOlderType(type: string): boolean {
  return byOldType.has(type);
}

/** Lifts `data` step by step to the newest version of its type; stops at the first step that cannot convert it. */
export function upcast(type: string, data: JsonObject): { type: string; result: UpcastResult } {
  let current = type;
  let result: UpcastResult = { ok: true, data };
  for (let step = byOldType.get(current); step !== undefined && result.ok; step = byOldType.get(current)) {
    result = step.upcast(result.data);
    current = step.to;
  }
  return { type: current, result };
}

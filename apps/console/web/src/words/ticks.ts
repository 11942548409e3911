/** Steps that people can read: 1, 2 or 5 times a power of ten. */
export function niceStep(span: number, most: number): number {
  if (span <= 0) return 1;
  const rough = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

/** Marks of an axis that begins at 0 and holds `highest`. @returns ascending, the last one is the end of the axis */
export function valueTicks(highest: number, most = 4): number[] {
  const end = highest <= 0 ? 1 : highest;
  const step = niceStep(end, most);
  const count = Math.ceil(Number((end / step).toPrecision(12)));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

const secondsSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400];

/** Marks of a time axis at round moments. @param from milliseconds since 1970 */
export function timeTicks(from: number, to: number, most = 5): number[] {
  const span = (to - from) / 1000;
  const step = (secondsSteps.find((seconds) => span / seconds <= most) ?? 86_400) * 1000;
  const first = Math.ceil(from / step) * step;
  const count = Math.floor((to - first) / step) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => first + index * step);
}

/** A value on an axis, short: `0`, `0.5`, `250`, `12k`, `1.2M`. */
export function tickLabel(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toFixed(1))}M`;
  if (value >= 10_000) return `${Number((value / 1_000).toFixed(1))}k`;
  return String(Number(value.toPrecision(6)));
}

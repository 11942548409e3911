import type { DryRunReport, LiveDiff } from '@reprise/read-model-rebuild';
import { idText, megabytes, number } from '../text.ts';

const size = (bytes: number) => (bytes < 2 ** 20 ? `${Math.ceil(bytes / 2 ** 10)} KB` : megabytes(bytes));

/** What a rebuild would come to, by name. */
export function predictionLines({
  byType,
  unhandledTypes,
  predicted,
  estimatedDurationMs,
  estimatedFrom,
  diff,
}: DryRunReport & { readonly byType: Readonly<Record<string, number>> }): [string, string][] {
  const counted = (types: Readonly<Record<string, number>>) =>
    Object.entries(types)
      .map(([type, count]) => `${type} ${number(count)}`)
      .join(', ') || 'none';
  const lines: [string, string][] = [
    ['by type', counted(byType)],
    ['unhandled', counted(unhandledTypes)],
    [
      'would write',
      `${number(predicted.documents)} documents (${number(predicted.tombstones)} tombstones), ${size(predicted.bytes)} of JSON`,
    ],
    ['would take', `${(estimatedDurationMs / 1000).toFixed(1)} s (by ${estimatedFrom})`],
  ];
  if (!diff) return lines;
  const { missing, extra, stale, different, inFlight } = diff.counts;
  const against = diff.generation ?? 'nothing: readers are on no generation';
  lines.push([
    'would change',
    `${number(missing)} missing, ${number(extra)} extra, ${number(stale)} stale, ${number(different)} different, ${number(inFlight)} in flight, against ${against}`,
  ]);
  return lines;
}

/** The first documents that readers would see change. */
export function changeLines(diff: LiveDiff | null): string[] {
  return (diff?.changes ?? []).map(
    ({ id, class: kind, expected, actual }) =>
      `  ${kind.padEnd(9)} ${idText(id)}  version ${actual ?? 'none'}, by the log ${expected ?? 'none'}`,
  );
}

/** Disk of one data node, in bytes. */
export interface NodeDisk {
  readonly node: string;
  readonly total: number;
  readonly available: number;
}

const units: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
  pb: 1024 ** 5,
};

/**
 * Bytes a node must keep free under a disk watermark. A watermark is the used share ("85%", "0.85"), of which at most
 * `maxHeadroom` must stay free, or the free space itself ("50gb").
 *
 * @throws RangeError for a notation Elasticsearch does not have
 */
export function bytesToKeepFree(watermark: string, maxHeadroom: string | undefined, total: number): number {
  const share = /^([\d.]+)%$/.exec(watermark)?.[1];
  const used =
    share === undefined ? (/^0?\.\d+$/.test(watermark) ? Number(watermark) : undefined) : Number(share) / 100;
  if (used === undefined) return bytesOf(watermark);
  const headroom = maxHeadroom === undefined || maxHeadroom === '-1' ? Infinity : bytesOf(maxHeadroom);
  return Math.min(Math.round(total * (1 - used)), headroom);
}

/** The most bytes any node can still take before its watermark. An index of one shard has to fit one node. */
export function largestRoom(
  disks: readonly NodeDisk[],
  watermark: string,
  maxHeadroom: string | undefined,
): { readonly node: string; readonly bytes: number } {
  let largest = { node: 'none', bytes: 0 };
  for (const { node, total, available } of disks) {
    const bytes = available - bytesToKeepFree(watermark, maxHeadroom, total);
    if (bytes > largest.bytes) largest = { node, bytes };
  }
  return largest;
}

function bytesOf(text: string): number {
  const match = /^([\d.]+)([kmgtp]?b)$/i.exec(text);
  if (match === null) throw new RangeError(`"${text}" is not a size that Elasticsearch accepts`);
  return Number(match[1]) * units[match[2]!.toLowerCase()]!;
}

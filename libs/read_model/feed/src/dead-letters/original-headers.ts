import { storableText } from '@reprise/events';
import type { PartitionRecord } from '../kafka/partition-batch.ts';

/** Value of a header as it is sent. */
export type HeaderValue = Buffer | string | (Buffer | string)[];

/** Headers of the record as it lay in the log, and what of them its dead letter does not have. */
export interface OriginalHeaders {
  readonly headers: NonNullable<PartitionRecord['headers']>;
  /** Undefined when the letter has all. */
  readonly leftOut?: LeftOutHeaders;
}

export interface LeftOutHeaders {
  readonly count: number;
  /** The first of their names. */
  readonly names: readonly string[];
}

/** What a dead letter keeps of its record's headers. */
export const keptHeaders = { names: 64, bytes: 32 * 1024 } as const;

const prefix = 'original-header-';
/** Kafka has headers without a value, which kafkajs cannot send. */
const nullPrefix = 'original-null-header-';
const leftOutHeader = 'original-headers-left-out';
const longestName = 128;
const listedNames = 20;

type Values = (Buffer | string | null)[];

/**
 * The headers of a record under names that meet no others in its dead letter. The smallest are kept first, and all values of one
 * name or none; another header names those that are left out.
 */
export function keepHeaders(headers: PartitionRecord['headers'] = {}): Record<string, HeaderValue> {
  const bySize = Object.keys(headers)
    .map((name) => ({ name, values: valuesOf(headers, name) }))
    .filter(({ values }) => values.length > 0)
    .map((header) => ({ ...header, bytes: sizeOf(header.name, header.values) }))
    .sort((a, b) => a.bytes - b.bytes);
  let bytes = 0;
  const isKept = (header: (typeof bySize)[number], at: number) =>
    at < keptHeaders.names && (bytes += header.bytes) <= keptHeaders.bytes;
  const kept = bySize.filter(isKept);
  const out = bySize.slice(kept.length).map(({ name }) => name);
  return {
    ...Object.fromEntries(kept.flatMap(({ name, values }) => sent(name, values))),
    ...(out.length > 0 && {
      [leftOutHeader]: JSON.stringify({
        count: out.length,
        names: out.slice(0, listedNames).map((name) => storableText(name, longestName)),
      }),
    }),
  };
}

/** A name's values in their order, where it has any; a client may hand out something else under the name of an object's member. */
function valuesOf(headers: NonNullable<PartitionRecord['headers']>, name: string): Values {
  const values = [headers[name]].flat() as unknown[];
  return values.filter(
    (value): value is Values[number] =>
      value === null || typeof value === 'string' || value instanceof Uint8Array,
  );
}

/** Readers see the last value of a name, so of those without one only the last is kept. */
function sent(name: string, values: Values): [string, HeaderValue][] {
  const some = values.filter((value) => value !== null);
  return [
    ...(some.length > 0
      ? [[`${prefix}${name}`, some.length === 1 ? some[0]! : some] as [string, HeaderValue]]
      : []),
    ...(values.at(-1) === null ? [[`${nullPrefix}${name}`, ''] as [string, HeaderValue]] : []),
  ];
}

function sizeOf(name: string, values: Values): number {
  const each = Buffer.byteLength(name) + nullPrefix.length;
  return values.reduce((sum, value) => sum + each + Buffer.byteLength(value ?? ''), 0);
}

/** Whether a header of a dead letter is one of its record's, not its own. */
export function isOriginal(name: string): boolean {
  return name.startsWith(prefix) || name.startsWith(nullPrefix);
}

/**
 * The headers of the record again, from those of its dead letter.
 * @param sent in the order they were sent, with bytes as values
 */
export function restoreHeaders(
  sent: readonly (readonly [string, Buffer | string | null])[],
): OriginalHeaders {
  const found = new Map<string, Values>();
  const add = (name: string, value: Values[number]) => found.set(name, [...(found.get(name) ?? []), value]);
  for (const [name, value] of sent) if (name.startsWith(prefix)) add(name.slice(prefix.length), value);
  for (const [name] of sent) if (name.startsWith(nullPrefix)) add(name.slice(nullPrefix.length), null);
  const leftOut = sent.findLast(([name]) => name === leftOutHeader)?.[1];
  return {
    headers: Object.fromEntries(
      [...found].map(([name, values]) => [name, (values.length === 1 ? values[0] : values) as HeaderValue]),
    ),
    ...(leftOut != null && { leftOut: leftOutOf(String(leftOut)) }),
  };
}

/** Whatever stands there, some were left out. */
function leftOutOf(text: string): LeftOutHeaders {
  try {
    const { count, names } = JSON.parse(text) as { readonly count: unknown; readonly names: unknown };
    if (Number.isSafeInteger(count) && Array.isArray(names))
      return { count: count as number, names: names.filter((name) => typeof name === 'string') };
  } catch {
    // Not ours: nothing is known of them.
  }
  return { count: Infinity, names: [] };
}

/** Whether a header that a letter does not have can be one that was left out of it. */
export function mayBeLeftOut(name: string, { count, names }: LeftOutHeaders): boolean {
  return count > names.length || names.includes(storableText(name, longestName));
}

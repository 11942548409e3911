import type { Receipt } from '@reprise/read-model-rebuild';
import { printable } from '@reprise/runtime';
import { describeUnknown } from '../aggregate-ids.ts';
import { leftOutLines, lettersLine } from './receipt-letters.ts';
import { idText, linesText } from './text.ts';

const number = (value: number) => value.toLocaleString('en-US');
const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;
const size = (bytes: number) => (bytes < 2 ** 20 ? `${Math.ceil(bytes / 2 ** 10)} KB` : megabytes(bytes));

/** Characters of what is wrong with an event that are shown. */
const longestMessage = 300;

/** The receipt as an operator reads it: what was read, what was made, what proves it and where readers are now. */
export function describeReceipt(receipt: Receipt): string {
  const { events, documents, generation, timing, resources } = receipt;
  const lines: [string, string][] = [
    ['run', `${receipt.runId} (${receipt.mode}, ${receipt.startedBy.user}@${receipt.startedBy.host})`],
    ['log', logLine(receipt)],
    [
      'events',
      `${number(events.read)} read${events.readByThisRun === events.read ? '' : ` (${number(events.readByThisRun)} by this run)`}, ${number(events.applied)} applied, ${number(events.duplicate)} duplicate, ${number(events.deadLettered)} poison, ${number(events.heldBack)} held back`,
    ],
    ...lettersLine(receipt),
    [
      'documents',
      `${number(documents.live)} live, ${number(documents.tombstones)} tombstones, ${number(documents.written)} written${documents.refused === 0 ? '' : `, ${number(documents.refused)} refused by the store`}`,
    ],
    ...shardLine(receipt),
    [
      'generation',
      generation
        ? `${generation.name} (${generation.uuid})${receipt.untilTs === null ? '' : `, as of ${receipt.untilTs}: promoted by its name only`}`
        : 'none',
    ],
    ['digest', receipt.digest ?? 'none'],
    [
      'time',
      `${(timing.durationMs / 1000).toFixed(1)} s, ${number(timing.eventsPerSecond)} events/s while building, ${megabytes(resources.maxRssBytes)} at most`,
    ],
    ['gate', gateLine(receipt)],
    ...dryRunLines(receipt),
    [
      'cutover',
      receipt.cutover
        ? `${receipt.cutover.alias}: ${receipt.cutover.from ?? 'nothing'} -> ${receipt.cutover.to}`
        : 'none: readers were not moved',
    ],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  const text = [
    `${receipt.projection}: ${receipt.outcome}`,
    ...lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
  ];
  text.push(...changeLines(receipt));
  for (const { check, expected, actual, passed } of receipt.gate) {
    if (!passed) text.push(`  FAILED ${check}: expected ${expected}, found ${actual}`);
  }
  for (const { slice, position, message, aggregateId } of receipt.poison.slice(0, 5)) {
    const of = aggregateId === undefined ? '' : ` (${idText(aggregateId)})`;
    text.push(
      `  poison at partition ${slice} offset ${position}: ${printable(message, longestMessage)}${of}`,
    );
  }
  for (const { aggregateId, expected, held } of receipt.gaps.slice(0, 5)) {
    text.push(
      `  aggregate ${idText(aggregateId)} lacks version ${expected}; ${held} later events wait for it`,
    );
  }
  const refused = receipt.refusedDocuments.slice(0, 5);
  for (const { id, reason } of refused) text.push(`  the store refused ${id}: ${reason}`);
  const more =
    Math.max(0, receipt.poison.length - 5) +
    Math.max(0, receipt.gaps.length - 5) +
    (documents.refused - refused.length);
  if (more > 0) text.push(`  and ${more} more: see --json`);
  text.push(...leftOutLines(receipt));
  text.push(...describeUnknown(receipt.unknown));
  for (const warning of receipt.warnings) text.push(`  warning: ${warning}`);
  if (receipt.message) text.push(...receipt.message.split('\n').map((line) => `  ${line}`));
  return linesText(text);
}

/** A run that ended before it opened the log knows the name of the topic alone. */
function logLine({ source, topic, ranges }: Receipt): string {
  const log = `${source} ${topic.name}`;
  return topic.id === '' ? `${log}: not opened` : `${log} (${topic.id}), ${ranges.length} partitions`;
}

function shardLine({ shard }: Receipt): [string, string][] {
  if (!shard) return [];
  const { index, of, open } = shard;
  const still = open.map((other) => `${other}/${of}`).join(', ');
  return [['shard', `${index}/${of}${still === '' ? '' : `; still to build: ${still}`}`]];
}

/** What a dry run foretells. */
function dryRunLines({ events, dryRun }: Receipt): [string, string][] {
  if (!dryRun) return [];
  const { predicted, unhandledTypes, estimatedDurationMs, estimatedFrom, diff } = dryRun;
  const counted = (types: Readonly<Record<string, number>>) =>
    Object.entries(types)
      .map(([type, count]) => `${type} ${number(count)}`)
      .join(', ') || 'none';
  const lines: [string, string][] = [
    ['by type', counted(events.byType)],
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

function changeLines({ dryRun }: Receipt): string[] {
  return (dryRun?.diff?.changes ?? []).map(
    ({ id, class: kind, expected, actual }) =>
      `  ${kind.padEnd(9)} ${idText(id)}  version ${actual ?? 'none'}, by the log ${expected ?? 'none'}`,
  );
}

function gateLine({ gate, mode }: Receipt): string {
  if (gate.length === 0) return 'not reached';
  if (mode === 'DRY_RUN')
    return gate.every((check) => check.passed) ? 'would not refuse, as far as can be known' : 'would refuse';
  const passed = gate.filter((check) => check.passed).length;
  return passed === gate.length
    ? `passed, ${passed} checks`
    : `REFUSED, ${gate.length - passed} of ${gate.length} checks failed`;
}

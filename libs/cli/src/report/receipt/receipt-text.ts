import type { Receipt } from '@reprise/read-model-rebuild';
import { beyondShown, poisonLines } from './poison-text.ts';
import { changeLines, predictionLines } from './prediction-text.ts';
import { leftOutLines, lettersLine } from './receipt-letters.ts';
import { linesText, megabytes, number } from '../text.ts';
import { describeUnknown } from '../unknown-ids.ts';

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
    ...(receipt.traceId ? [['trace', receipt.traceId] as [string, string]] : []),
    [
      'time',
      `${(timing.durationMs / 1000).toFixed(1)} s, ${number(timing.eventsPerSecond)} events/s while building, ${megabytes(resources.maxRssBytes)} at most`,
    ],
    ['gate', gateLine(receipt)],
    ...(receipt.dryRun ? predictionLines({ ...receipt.dryRun, byType: events.byType }) : []),
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
  text.push(...changeLines(receipt.dryRun?.diff ?? null));
  for (const { check, expected, actual, passed } of receipt.gate) {
    if (!passed) text.push(`  FAILED ${check}: expected ${expected}, found ${actual}`);
  }
  text.push(...poisonLines(receipt));
  const refused = receipt.refusedDocuments.slice(0, 5);
  for (const { id, reason } of refused) text.push(`  the store refused ${id}: ${reason}`);
  const more = beyondShown(receipt) + (documents.refused - refused.length);
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

function gateLine({ gate, mode }: Receipt): string {
  if (gate.length === 0) return 'not reached';
  if (mode === 'DRY_RUN')
    return gate.every((check) => check.passed) ? 'would not refuse, as far as can be known' : 'would refuse';
  const passed = gate.filter((check) => check.passed).length;
  return passed === gate.length
    ? `passed, ${passed} checks`
    : `REFUSED, ${gate.length - passed} of ${gate.length} checks failed`;
}

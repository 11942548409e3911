import { describeUnknown } from '../aggregate-ids.ts';
import type { VerificationReport } from '../commands/verify.ts';
import { idText, linesText } from './text.ts';

/** A comparison as lines of text. */
export function describeVerification(report: VerificationReport): string {
  const {
    projection,
    generation,
    source,
    watermark,
    log,
    documents,
    counts,
    drift,
    faults,
    caveats,
    clean,
    unknown,
    timing,
  } = report;
  const { missing, extra, stale, different, inFlight } = counts;
  const drifts = missing + extra + stale + different > 0;
  const verdict = clean ? 'clean' : faults.length > 0 ? 'FAULTY INDEX' : drifts ? 'DRIFT' : 'NOT VERIFIED';
  const at = Object.entries(watermark).map(([partition, end]) => `${partition}:${end}`);
  const against = source === 'kafka' ? 'the log' : 'the event store, the log being';
  const lines = [
    `${projection}: ${verdict}, ${generation} against ${against} up to ${at.join(' ')}`,
    `  ${documents.expected} documents by the log, ${documents.actual} in the store, ${(timing.durationMs / 1_000).toFixed(1)} s`,
    `  ${missing} missing, ${extra} extra, ${stale} stale, ${different} different, ${inFlight} in flight (newer than what was compared: no drift)`,
  ];
  if (log.poison + log.gaps > 0) {
    lines.push(
      `  ${log.poison} events of the log never apply and ${log.gaps} products lack events: compared up to there`,
    );
  }
  for (const { id, class: kind, expected, actual } of drift)
    lines.push(
      `  ${kind.padEnd(9)} ${idText(id)}  version ${actual ?? 'none'}, by the log ${expected ?? 'none'}`,
    );
  for (const caveat of caveats) lines.push(`  readers   their alias was set up by hand: ${caveat}`);
  for (const fault of faults) lines.push(`  index     ${fault}`);
  lines.push(...describeUnknown(unknown));
  if (drifts || faults.length > 0) lines.push(...describeRemedy(report));
  return linesText(lines);
}

function describeRemedy({ projection, repair, faults }: VerificationReport): string[] {
  if (faults.length > 0) {
    return [
      `  The index is not as it was asked for, which no repair of documents changes. Nothing was changed. Make a new one: rebuild-job rebuild --projection ${projection}`,
    ];
  }
  if (repair === null) {
    return [
      `  Nothing was changed. To heal it: rebuild-job verify --projection ${projection} --repair, or all of it: rebuild-job rebuild --projection ${projection}`,
    ];
  }
  const lines = [
    `  ${repair.asked} repairs are in the queue: a running consumer does them, or: rebuild-job repair --projection ${projection} --all`,
  ];
  if (repair.refused > 0) {
    lines.push(
      `  ${repair.refused} found the queue full and were NOT taken: verify with --repair again when it is empty, or rebuild.`,
    );
  }
  if (repair.unstorable > 0) {
    lines.push(
      `  ${repair.unstorable} have an id that the queue cannot hold and were NOT taken: a rebuild makes an index without them.`,
    );
  }
  return lines;
}

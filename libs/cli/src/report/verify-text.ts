import { describeAction } from '@reprise/read-model-status';
import { faultClasses, type VerifyReport } from '@reprise/read-model-rebuild';
import type { RequestedRepairs } from '@reprise/read-model-repair';
import { commandLine } from '@reprise/runtime/commands';
import { describeUnknown } from './unknown-ids.ts';
import { idText, linesText } from './text.ts';

/** What `verify` prints: the report, and what `--repair` asked the queue for. */
export type VerificationReport = VerifyReport & { readonly repair: RequestedRepairs | null };

/** Partitions whose ends are shown one by one; of more of them only how many there are. */
const partitionsShown = 8;

/** A comparison as lines of text: what it came to, what it speaks for, what differs, and what to do. */
export function describeVerification(report: VerificationReport): string {
  const { projection, generation, source, watermark, log, documents, counts, timing } = report;
  const contents =
    report.contents === 'read'
      ? 'contents read and hashed'
      : 'by stored hashes; contents not read (--deep reads them)';
  const against = source === 'kafka' ? 'the log' : 'the event store, the log being';
  const { missing, extra, stale, different, inFlight, behind, unpublished } = counts;
  const lines = [
    `${projection}: ${headline(report)}`,
    `  ${contents}`,
    `  ${generation} against ${against} up to ${endsText(watermark)}`,
    `  ${documents.expected} documents by the log, ${documents.actual} in the store, ${(timing.durationMs / 1_000).toFixed(1)} s`,
    `  ${missing} missing, ${extra} extra, ${stale} stale, ${different} different`,
  ];
  if (inFlight > 0) lines.push(`  ${inFlight} in flight: a consumer is about to write them`);
  if (behind > 0) lines.push(`  ${behind} behind: their events are in the log, and no consumer feeds them`);
  if (unpublished > 0)
    lines.push(`  ${unpublished} unpublished: their events are in the event store, and not in the log yet`);
  if (log.poison + log.gaps > 0) {
    lines.push(
      `  ${log.poison} events of the log never apply and ${log.gaps} aggregates lack events: compared up to there`,
    );
  }
  for (const { id, class: kind, expected, actual } of report.drift)
    lines.push(
      `  ${kind.padEnd(11)} ${idText(id)}  version ${actual ?? 'none'}, by the log ${expected ?? 'none'}`,
    );
  for (const caveat of report.caveats) lines.push(`  readers     their alias was set up by hand: ${caveat}`);
  for (const fault of report.faults) lines.push(`  index       ${fault}`);
  for (const warning of report.warnings) lines.push(`  warning     ${warning}`);
  lines.push(...describeUnknown(report.unknown), ...describeRemedy(report));
  return linesText(lines);
}

function headline({ outcome, upTo, freshness, counts }: VerificationReport): string {
  const moment = `${upTo.slice(0, 19).replace('T', ' ')} UTC`;
  switch (outcome) {
    case 'clean':
      return `clean up to ${moment}`;
    case 'drift':
      return `DRIFT at ${moment}`;
    case 'faulty-index':
      return `FAULTY INDEX at ${moment}`;
    case 'not-verified':
      return `NOT VERIFIED at ${moment}`;
    case 'behind':
      if (freshness.kind !== 'ok') return freshness.text;
      return `BEHIND: ${counts.behind} documents lack events that no consumer feeds`;
  }
}

function endsText(watermark: VerificationReport['watermark']): string {
  const ends = Object.entries(watermark);
  if (ends.length > partitionsShown) return `the ends of ${ends.length} partitions (--json lists them)`;
  return ends.map(([partition, end]) => `${partition}:${end}`).join(' ');
}

/** What to do about what was found; nothing where nothing is wrong or warned of. */
function describeRemedy(report: VerificationReport): string[] {
  const { projection, counts, faults, freshness } = report;
  const lines: string[] = [];
  if (freshness.next !== null) lines.push(`  next        ${describeAction(freshness.next)}`);
  if (faults.length > 0) {
    lines.push(
      `  The index is not as it was asked for, which no repair of documents changes. Nothing was changed. Make a new one: ${commandLine.rebuild(projection)}`,
    );
  } else if (faultClasses.some((name) => counts[name] > 0)) lines.push(...describeRepair(report));
  return lines;
}

function describeRepair({ projection, repair, contents }: VerificationReport): string[] {
  const again = commandLine.verifyAndRepair(projection, { deep: contents === 'read' });
  if (repair === null) {
    return [`  Nothing was changed. To heal it: ${again}, or all of it: ${commandLine.rebuild(projection)}`];
  }
  const lines = [
    `  ${repair.asked} repairs are in the queue: a running consumer does them, or: ${commandLine.repairAll(projection)}`,
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

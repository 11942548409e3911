import { fedStates } from '@reprise/read-model-indices';
import {
  describeAction,
  age,
  type GenerationStatus,
  type ReadModelStatus,
  type ProjectionChange,
} from '@reprise/read-model-status';
import { labelled, rangesText, wrapped } from './columns.ts';
import { program } from '@reprise/runtime/commands';
import { describeRunning, describeShards } from './running-text.ts';

export interface StatusStyle {
  /** Also positions, old generations, ids of runs and what the registry belongs to. */
  readonly verbose?: boolean;
  /** Columns of the terminal. */
  readonly width?: number;
  /** Paint the verdict. */
  readonly colour?: boolean;
}

const feedersShown = 4;
const orphansShown = 2;
/** States in the order they are shown; those that are not named are old. */
const shownFirst = ['LIVE', 'STANDBY', 'VERIFIED', 'BUILT', 'BUILDING', 'INTERRUPTED'];
const paints = { good: '\u001b[32m', fair: '\u001b[33m', bad: '\u001b[31m' } as const;

/** The status of one read model as lines of text: the verdict first, with what to do about it. */
export function describeStatus(status: ReadModelStatus, style: StatusStyle = {}): string {
  const { verbose = false, width = 80, colour = false } = style;
  const headline = wrapped(`${status.projection}: ${status.verdict.text}`, width);
  const lines = colour ? headline.map((line) => painted(line, status)) : headline;
  const line = (label: string, text: string) => lines.push(...labelled(label, text, width));
  if (status.verdict.next !== null) lines.push(...nextLines(describeAction(status.verdict.next), width));
  readerLines(status, verbose, line);
  if (status.change) changeLines(status.change, status.projection, line);
  generationLines(status, verbose, line);
  orphanLines(status.orphans ?? [], verbose, line);
  for (const name of status.missing ?? [])
    line('gone', `${name} is in the registry, and its index or table is gone`);
  troubleLines(status, line);
  if (status.running) describeRunning(status.running, verbose, line);
  if (status.shards) describeShards(status.shards, verbose, line);
  runLines(status, verbose, line);
  return lines.join('\n');
}

type Line = (label: string, text: string) => void;

/** Its command on a separate line where it would be broken otherwise: people copy it. */
function nextLines(next: string, width: number): string[] {
  const at = next.indexOf(`${program} `);
  if (at < 0 || `  next        ${next}`.length <= width) return labelled('next', next, width);
  const [what, command] = [next.slice(0, at).trimEnd(), next.slice(at)];
  return [
    ...(what === '' ? ['  next'] : labelled('next', what, width)),
    ...(command.length + 2 <= width ? [`  ${command}`] : wrapped(command, width)),
  ];
}

function readerLines({ readers, bound, versions }: ReadModelStatus, verbose: boolean, line: Line): void {
  const on = readers.unreachable === null ? readers.on.join(', ') || 'nothing' : 'unknown';
  line('readers', `of "${readers.alias}" are on ${on}`);
  if (readers.unreachable !== null) line('unreachable', readers.unreachable);
  for (const caveat of readers.caveats) line('readers', `their alias was set up by hand: ${caveat}`);
  if (!verbose) return;
  if (versions === 'position')
    line('ordered', 'by position in the topic: a missing event goes unnoticed, and dead letters are skipped');
  if (!bound) return;
  const { topic, clusterId, readers: boundReaders } = bound;
  line('bound to', `topic "${topic}" on Kafka cluster ${clusterId ?? 'unknown'}, readers "${boundReaders}"`);
}

/** Registries that share a cluster see each other's: that many say nothing about this one. */
function orphanLines(orphans: readonly string[], verbose: boolean, line: Line): void {
  const whose = 'owned by no entry of this registry';
  if (verbose || orphans.length <= orphansShown)
    for (const name of orphans) line('orphan', `${name} is ${whose} (another one may own it)`);
  else line('orphans', `${orphans.length} are ${whose} (another one may own them); --verbose names them`);
}

/** A change of the projection is recommended to be rebuilt, and looked at before. */
function changeLines({ sentence }: ProjectionChange, projection: string, line: Line): void {
  line('changed', sentence);
  line('', describeAction({ do: 'rebuild', projection }));
}

function generationLines(status: ReadModelStatus, verbose: boolean, line: Line): void {
  const { generations, readers } = status;
  if (generations.length === 0) line('no generations', '');
  const isShown = ({ state, name }: GenerationStatus) =>
    verbose || shownFirst.includes(state) || readers.on.includes(name);
  const rank = ({ state }: GenerationStatus) =>
    shownFirst.includes(state) ? shownFirst.indexOf(state) : shownFirst.length;
  const shown = generations.filter(isShown).sort((a, b) => rank(a) - rank(b));
  for (const one of shown) {
    const { name, state, sinceSeconds, untilTs, refusedBy } = one;
    line(state, `${name}  ${age(1_000 * sinceSeconds)}${untilTs === null ? lagText(one) : ''}`);
    if (untilTs !== null) line('', `as of ${untilTs}, not fed`);
    for (const check of refusedBy) line('', `refused: ${check}`);
    if (state === 'LIVE' || verbose) feederLines(one, line);
    const at = Object.entries(one.positions).map(([partition, position]) => `${partition}:${position}`);
    if (verbose) line('', `positions ${at.join(' ') || 'none'}`);
  }
  const old = generations.filter((one) => !isShown(one));
  if (old.length === 0) return;
  const states = [...Map.groupBy(old, ({ state }) => state)].map(
    ([state, some]) => `${some.length} ${state.toLowerCase()}`,
  );
  const newest = Math.min(...old.map(({ sinceSeconds }) => sinceSeconds));
  line('old', `${states.join(', ')}, the newest for ${age(1_000 * newest)} (--verbose lists them)`);
}

function lagText({ state, lag, lagSeconds }: GenerationStatus): string {
  if (!fedStates.includes(state)) return '';
  if (lag === null) return '  lag unknown';
  const late = lagSeconds === null || lagSeconds === 0 ? '' : `, ${age(1_000 * lagSeconds)}`;
  return `  lag ${lag.toLocaleString('en')}${late}`;
}

function feederLines({ feeders, untilTs }: GenerationStatus, line: Line): void {
  if (untilTs !== null) return;
  if (feeders.length === 0) line('fed by', 'nobody');
  for (const { feederId, silentSeconds, partitions } of feeders.slice(0, feedersShown))
    line(
      'fed by',
      `${feederId}, seen ${age(1_000 * silentSeconds)} ago, partitions ${rangesText(partitions)}`,
    );
  if (feeders.length > feedersShown) line('', `and ${feeders.length - feedersShown} more (--json)`);
}

/** What waits for somebody: dead letters, repairs, the write side. */
function troubleLines(status: ReadModelStatus, line: Line): void {
  const { heldBack, letters, repairs, writeSide, writeSideFault } = status;
  if (heldBack === null || letters === null) line('letters', 'unknown: not all of them could be looked at');
  const open = letters?.open ?? 0;
  if (open > 0 || (heldBack ?? 0) > 0) {
    const more = letters?.more ? ' of those looked at' : '';
    line('letters', `${open} open${more}, ${heldBack ?? 'unknown'} aggregates held back`);
    line('', describeAction({ do: 'list-dead-letters' }));
  }
  if (repairs && repairs.open + repairs.failed > 0) {
    const oldest =
      repairs.oldestOpenSeconds === null ? '' : `, the oldest for ${age(1_000 * repairs.oldestOpenSeconds)}`;
    line('repairs', `${repairs.open} open${oldest}; ${repairs.failed} abandoned`);
  }
  if (writeSideFault !== null) line('write side', `unknown: ${writeSideFault}`);
  if (!writeSide) return;
  const { unpublished, parked, oldestMs } = writeSide;
  const refused = parked === 0 ? '' : `, ${parked} refused by the log`;
  const oldest = oldestMs === null ? '' : `, the oldest for ${age(oldestMs)}`;
  line('write side', `${unpublished} unpublished${refused}${oldest}`);
}

function runLines({ lastRuns }: ReadModelStatus, verbose: boolean, line: Line): void {
  for (const { runId, outcome, state, exitCode, agoSeconds, generation, refused } of lastRuns) {
    if (state === 'RUNNING') continue;
    line('last', `${age(1_000 * agoSeconds)} ago  ${outcome ?? state}  ${generation ?? 'no generation'}`);
    if (verbose) line('', `run ${runId}, exit ${exitCode ?? '-'}`);
    if (refused) line('', `the store refused ${refused.documents} documents:`);
    for (const { id, reason } of refused?.first ?? []) line('', `${id}: ${reason}`);
  }
}

function painted(line: string, { verdict }: ReadModelStatus): string {
  const fair = verdict.kind === 'held-back' || verdict.kind === 'complete-unfed';
  return `${paints[verdict.kind === 'ok' ? 'good' : fair ? 'fair' : 'bad']}${line}\u001b[0m`;
}

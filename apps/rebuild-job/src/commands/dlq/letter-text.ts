import type { JudgedLetter } from '@reprise/read-model-feed';
import { printable, printableLines } from '@reprise/runtime';
import { idText } from '../../report/text.ts';

/** A dead letter as `dlq list` gives it, for JSON. */
export interface LetterRow {
  readonly id: string;
  readonly state: JudgedLetter['state'];
  readonly reason: string;
  readonly waitsBehind: string | null;
  readonly aggregateId: string | null;
  readonly version: number | null;
  readonly type: string | null;
  readonly attempts: number;
  readonly error: string;
  readonly deadLetteredAt: string;
}

export function rowOf({ id, state, letter, aggregateId, version }: JudgedLetter): LetterRow {
  const { reason, attempts, message: error, deadLetteredAt, headers } = letter;
  return {
    ...{ id, state, reason },
    waitsBehind: headers['waits-behind'] ?? null,
    aggregateId: aggregateId ?? null,
    version: version ?? null,
    type: letter.type ?? null,
    ...{ attempts, error, deadLetteredAt },
  };
}

/** One line for a letter. */
export function lineOf({ id, state, reason, waitsBehind, aggregateId, version, error }: LetterRow): string {
  const of = aggregateId === null ? 'of nobody known' : `${idText(aggregateId)} v${version ?? '?'}`;
  const why = waitsBehind === null ? printable(error) : `behind ${idText(waitsBehind)}`;
  return `${id}  ${state.padEnd(9)} ${idText(reason).padEnd(16)} ${of}  ${why}`;
}

/** By reason, which is whatever the header of a letter says. */
const remedies: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'null-value': 'The record is empty. Find the producer; then discard it: dlq discard ID --reason TEXT',
    'not-json': 'The record is not JSON. Find the producer; then discard it: dlq discard ID --reason TEXT',
    'not-an-envelope':
      'The record is not an event. Find the producer; then discard it: dlq discard ID --reason TEXT',
    'unknown-type':
      'Deploy the release that knows this type (rebuild-job and projection-consumer), then: dlq redrive ID',
    'schema-violated':
      'Fix the producer, or deploy a release that upcasts this event, then: dlq redrive ID. If it can never be right: dlq discard ID',
    'not-applicable':
      'No life of a product has this event at this place, or the projection cannot take it. Correct the projection and rebuild, or redrive with the corrected release: dlq redrive ID. If the event is wrong: dlq discard ID',
    'refused-by-store':
      'The store does not accept the document (see the error): correct the mapping and rebuild. A rebuild that contains this version resolves this letter.',
    'version-gap':
      'An earlier event is missing in the log and in the event store. Redrive it if it is a dead letter itself; else repair the product: rebuild-job repair --projection all --aggregate-id PRODUCT',
    'waits-behind':
      'Nothing is wrong with this event. Redrive the letter it waits behind: it is released with it.',
  }),
);

/** What to do about a letter. */
export function remedyFor({ id, state, letter, live }: JudgedLetter): string {
  if (state === 'resolved') return 'Nothing: every live read model contains this version, or a later one.';
  if (state === 'discarded') return 'Nothing: it was discarded.';
  if (live.length === 0) return 'No read model is live: rebuild first.';
  const blocker = letter.headers['waits-behind'] ?? '';
  const remedy =
    remedies.get(letter.reason) ?? 'See the error; then: dlq redrive ID, or: dlq discard ID --reason TEXT';
  const behind = blocker === '' ? '' : ` (${idText(blocker)})`;
  return `${remedy.replaceAll(' ID', ` ${id}`)}${behind}`;
}

/** The payload for reading: indented if it is JSON, cut and marked where it is longer than `longest` characters. */
export function payloadText(value: Buffer | null, longest: number): string {
  if (value === null) return '(none)';
  const raw = value.toString('utf8');
  let text = raw;
  try {
    text = JSON.stringify(JSON.parse(raw), null, 2);
  } catch {
    // Shown as it is: that it is no JSON is why it is here.
  }
  if (text.length <= longest) return printableLines(text);
  return `${printableLines(text.slice(0, longest))}\n… cut: ${text.length - longest} of ${text.length} characters more (--verbose shows them)`;
}

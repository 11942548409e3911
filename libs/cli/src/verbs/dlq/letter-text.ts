import { typeOf, type JudgedLetter } from '@reprise/read-model-feed';
import { printable, printableLines } from '@reprise/runtime';
import { commandLine } from '@reprise/runtime/commands';
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

export function rowOf(judged: JudgedLetter): LetterRow {
  const { id, state, letter, aggregateId, version } = judged;
  const { reason, attempts, message: error, deadLetteredAt, headers } = letter;
  return {
    ...{ id, state, reason },
    waitsBehind: headers['waits-behind'] ?? null,
    aggregateId: aggregateId ?? null,
    version: version ?? null,
    type: typeOf(judged) ?? null,
    ...{ attempts, error, deadLetteredAt },
  };
}

/** One line for a letter. */
export function lineOf({ id, state, reason, waitsBehind, aggregateId, version, error }: LetterRow): string {
  const of = aggregateId === null ? 'of nobody known' : `${idText(aggregateId)} v${version ?? '?'}`;
  const why = waitsBehind === null ? printable(error) : `behind ${idText(waitsBehind)}`;
  return `${id}  ${state.padEnd(9)} ${idText(reason).padEnd(16)} ${of}  ${why}`;
}

const discardIt = commandLine.discardDeadLetter('ID', 'why');
const redriveIt = commandLine.redriveDeadLetter('ID');

/** By reason, which is whatever the header of a letter says. */
const remedies: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'null-value': `The record is empty. Find its producer, then discard the letter: ${discardIt}`,
    'not-json': `The record is not JSON. Find its producer, then discard the letter: ${discardIt}`,
    'not-an-envelope': `The record is not an event. Find its producer, then discard the letter: ${discardIt}`,
    'unknown-type': `Deploy the release that knows this type (consumer and job), then: ${redriveIt}`,
    'schema-violated': `Fix the producer, or deploy a release that upcasts this event, then: ${redriveIt}. If it can never be valid: ${discardIt}`,
    'not-applicable': `No aggregate can have this event at this place, or the projection fails on it. If the projection is wrong, fix it, raise its version and rebuild: ${commandLine.rebuild('all')}. If the event is wrong: ${discardIt}`,
    'refused-by-store': `The store does not accept the document (see the error). Fix the mapping or the column, then: ${redriveIt}`,
    'version-gap': `An earlier event is neither in the log nor in the event store. If it is a dead letter, redrive that one. Otherwise restore the event store, then: ${redriveIt}`,
    'waits-behind': `Nothing is wrong with this event. Look at the letter it waits behind: ${commandLine.showDeadLetter('BLOCKER')}. It is released with that one. If that one was discarded, discard this one too: ${discardIt}`,
  }),
);

/** What to do about a letter, with commands that can be pasted. */
export function remedyFor({ id, state, letter, live }: JudgedLetter): string {
  if (state === 'resolved') return 'Nothing: every live read model contains this version, or a later one.';
  if (state === 'discarded') return 'Nothing: it was discarded, and rebuilds leave it out.';
  if (live.length === 0) return `No read model is live. Rebuild first: ${commandLine.rebuild('all')}`;
  const blocker = idText(letter.headers['waits-behind'] ?? '');
  const remedy = remedies.get(letter.reason) ?? `See the error. Then: ${redriveIt}, or: ${discardIt}`;
  return remedy.replaceAll(' ID', () => ` ${id}`).replaceAll('BLOCKER', () => blocker);
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

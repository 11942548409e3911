import { isUtf8 } from 'node:buffer';
import type { JudgedLetter } from '@reprise/read-model-feed';
import { nameOfKey } from '@reprise/events';
import { printable } from '@reprise/runtime';
import { exitCodes } from '@reprise/runtime/commands';
import { readProjections } from '../../line/projection-option.ts';
import { jsonText } from '../../report/text.ts';
import type { CommandRun } from '../../verb.ts';
import { payloadText, remedyFor, rowOf } from './letter-text.ts';
import { findAll, readIds, withLetters } from './with-letters.ts';

const shownCharacters = 2_000;

export const run: CommandRun = async (options, invocation, words) => {
  const chosen = readProjections(options, invocation, 'all');
  const ids = readIds(options, words);
  if (ids.size === 0) options.problem('name the dead letter to show: dlq show topic:partition:offset');
  const longest = options.flag('verbose') ? Infinity : shownCharacters;
  const json = options.flag('json');
  options.finish();
  return withLetters(chosen, { ids }, invocation, false, async (contexts) => {
    const letters = await findAll(contexts, ids, invocation.signal);
    if (json) invocation.stdout(`${jsonText(letters.map(asJson), 2)}\n`);
    else invocation.stdout(letters.map((letter) => `${describe(letter, longest)}\n`).join('\n'));
    return exitCodes.done;
  });
};

function asJson(letter: JudgedLetter) {
  const { key, value, headers } = letter.letter;
  return {
    ...rowOf(letter),
    headers,
    originalHeaders: originalHeaders(letter).map(({ name, value }) => ({ name, ...textOrBytes(value) })),
    key: key?.toString() ?? null,
    payload: value?.toString() ?? null,
    live: letter.live,
    actions: letter.actions.map((action) => ({ ...action, offset: String(action.offset) })),
    remedy: remedyFor(letter),
  };
}

function describe(letter: JudgedLetter, longest: number): string {
  const { id, state, live, actions } = letter;
  const { headers, key, value } = letter.letter;
  const lines = [`${id}  ${state}`, 'headers'];
  for (const [name, text] of Object.entries(headers))
    lines.push(`  ${printable(name).padEnd(20)} ${printable(text)}`);
  const original = originalHeaders(letter);
  if (original.length > 0) lines.push('headers of the record');
  for (const { name, value } of original)
    lines.push(`  ${printable(name).padEnd(20)} ${value === null ? '(none)' : printable(nameOfKey(value))}`);
  lines.push(`key\n  ${key === null ? '(none)' : printable(nameOfKey(key))}`, 'payload');
  lines.push(
    ...payloadText(value, longest)
      .split('\n')
      .map((line) => `  ${line}`),
  );
  lines.push('live read models');
  for (const { projection, generation, version } of live)
    lines.push(`  ${projection.padEnd(20)} ${generation}: version ${version === 0 ? 'none' : version}`);
  if (actions.length > 0) lines.push('what was done');
  for (const { at, action, outcome, detail, user, host } of actions) {
    const why = detail === null ? '' : ` (${printable(detail)})`;
    lines.push(`  ${at.toISOString()} ${action} by ${user}@${host}: ${outcome}${why}`);
  }
  lines.push('what to do', `  ${remedyFor(letter)}`);
  return lines.join('\n');
}

/** Every value of the record's own headers that the letter keeps, whatever its name. */
function originalHeaders({ letter }: JudgedLetter): { name: string; value: Buffer | string | null }[] {
  return Object.entries(letter.original?.headers ?? {}).flatMap(([name, values]) =>
    [values].flat().map((value) => ({ name, value: value ?? null })),
  );
}

/** A header's value as JSON can hold it. */
function textOrBytes(value: Buffer | string | null): { text: string | null } | { base64: string } {
  if (value === null || typeof value === 'string') return { text: value };
  return isUtf8(value) ? { text: value.toString() } : { base64: value.toString('base64') };
}

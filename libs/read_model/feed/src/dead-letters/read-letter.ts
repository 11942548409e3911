import { storableText, type EventContract, type ReadResult } from '@reprise/events';
import { contextOf } from '../kafka/record-context.ts';
import type { StoredLetter } from './letter-headers.ts';
import { mayBeLeftOut } from './original-headers.ts';

const longestName = 128;

/**
 * What the record of a dead letter is, read as it was the first time: with its key, headers, time and offset. Where the contract
 * asks for a header that the letter does not have any more, it is no event: without that header it could be another one.
 */
export function readLetter(contract: EventContract, letter: StoredLetter): ReadResult {
  const { key, value, offset, original } = letter;
  const record = contextOf({ key, offset, ...original });
  const leftOut = original?.leftOut;
  if (leftOut === undefined) return contract.read(value, record);
  let missing: string | undefined;
  const read = contract.read(value, {
    ...record,
    header(name) {
      const found = record.header(name);
      if (found === undefined && mayBeLeftOut(name, leftOut)) missing ??= name;
      return found;
    },
  });
  return missing === undefined ? read : lacking(missing, read);
}

function lacking(name: string, read: ReadResult): ReadResult {
  const shown = JSON.stringify(storableText(name, longestName));
  const { subject, type } = read.ok ? read.event : read;
  return {
    ok: false,
    reason: 'not-an-envelope',
    message: `not an event envelope: its header ${shown} is left out of the dead letter, which keeps only smaller ones`,
    ...(subject !== undefined && { subject }),
    ...(type !== undefined && { type }),
  };
}

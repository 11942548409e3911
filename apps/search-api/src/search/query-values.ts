import { composedText } from '@reprise/read-model-documents';
import { Transform } from 'class-transformer';

/** A blank parameter (`?q=`), as a form sends it, counts as absent. */
function presence(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** Text without the white space around it. */
export function Text(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => presence(value));
}

/** Digits become a number; anything else stays text, for the validator to refuse. */
export function Digits(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => {
    const present = presence(value);
    return typeof present === 'string' && /^-?\d{1,20}$/.test(present) ? Number(present) : present;
  });
}

/** `true` and `false` become booleans; anything else stays as it is. */
export function Flag(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => {
    const present = presence(value);
    if (present === 'true') return true;
    return present === 'false' ? false : present;
  });
}

/**
 * One or several values (`?tag=a&tag=b`) in the Unicode form that documents have, as a sorted list without duplicates, so that
 * their order makes no other search.
 */
export function Values(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => {
    const given: unknown[] = Array.isArray(value) ? value : [value];
    const present = given.map(presence).filter((one) => one !== undefined);
    if (present.length === 0) return undefined;
    return present.every((one) => typeof one === 'string')
      ? [...new Set(present.map(composedText))].sort()
      : present;
  });
}

import { z } from 'zod';

/** A moment: ISO 8601, UTC, as in `2026-11-30T03:04:05.000Z`. */
export const moment = z.iso.datetime();

/** A whole number from 0 on. */
export const count = z.int().min(0);

/** What a projection may be called. */
export const projectionName = /^[a-z][a-z0-9_]{0,99}$/;

/** 64 bits as decimal text: JSON has no such number. */
export const position = z.string().regex(/^\d{1,20}$/);

/**
 * What may not be known: nothing is guessed, and what is not known says why, as a sentence. `none` is there where it is known that
 * there is none of it.
 *
 * @param value the schema of what is known
 */
export const known = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('known', [
    z.object({ known: z.literal(true), value }),
    z.object({ known: z.literal(false), why: z.string(), none: z.literal(true).optional() }),
  ]);

export type Known<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly why: string; readonly none?: true | undefined };

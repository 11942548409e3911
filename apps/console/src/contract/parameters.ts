import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';

/*
 * Parameters and members of requests. Each decorator states the rule twice, for the check and for the OpenAPI document, so that they
 * cannot differ.
 */

interface Presence {
  readonly optional?: boolean;
}

function field(
  { optional = false }: Presence,
  schema: object,
  ...rules: PropertyDecorator[]
): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ required: !optional, ...schema }),
    ...(optional ? [IsOptional()] : []),
    ...rules,
  );
}

/** A text of a form; the form fixes its characters, `maxLength` is its longest. */
export function TextOf(pattern: RegExp, maxLength: number, presence: Presence = {}): PropertyDecorator {
  return field(
    presence,
    { type: String, pattern: pattern.source, maxLength },
    Matches(pattern),
    MaxLength(maxLength),
  );
}

/** Any text without control characters. */
export function AnyText(
  maxLength: number,
  presence: Presence & { readonly minLength?: number } = {},
): PropertyDecorator {
  const { minLength = 1 } = presence;
  const pattern = /^[^\p{Cc}]*$/u;
  return field(
    presence,
    { type: String, pattern: pattern.source, minLength, maxLength },
    ...[IsString(), MinLength(minLength), MaxLength(maxLength), Matches(pattern)],
  );
}

/** A whole number, written in digits. */
export function NumberUpTo(
  maximum: number,
  presence: Presence & { readonly minimum?: number } = {},
): PropertyDecorator {
  const { minimum = 1 } = presence;
  return field(
    presence,
    { type: 'integer', minimum, maximum },
    // Anything but digits stays text, which is refused: `0x10` and the empty text are no numbers here.
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value,
    ),
    ...[IsInt(), Min(minimum), Max(maximum)],
  );
}

/** One of a few words. */
export function OneOf(words: readonly string[], presence: Presence = {}): PropertyDecorator {
  return field(presence, { type: String, enum: [...words] }, IsIn(words));
}

export function Uuid(): PropertyDecorator {
  return field({}, { type: String, format: 'uuid' }, IsUUID());
}

/** How many entries of a list are asked for. */
export class ListQuery {
  @NumberUpTo(200, { optional: true })
  readonly limit?: number;
}

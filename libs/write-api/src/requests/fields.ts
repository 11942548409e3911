import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { textPattern } from '@reprise/events';
import { validationProblem } from '@reprise/http';
import { Matches, NotEquals, ValidateBy, ValidateIf } from 'class-validator';

interface FieldOptions {
  readonly description: string;
  readonly optional?: boolean;
}

interface TextLimits {
  readonly minLength: number;
  readonly maxLength: number;
}

interface IntegerLimits {
  readonly minimum: number;
  readonly maximum: number;
}

const plainText = new RegExp(textPattern, 'u');

/** Whether an event can carry `value` as a text of these limits; lengths count Unicode code points, as its schema does. */
export function isTextWithin(value: unknown, { minLength, maxLength }: TextLimits): boolean {
  if (typeof value !== 'string' || value.length > 2 * maxLength || !plainText.test(value)) return false;
  const length = Array.from(value).length;
  return length >= minLength && length <= maxLength;
}

/** A text within an event's limits, and of the form that `pattern` asks for. */
export function TextField(
  limits: TextLimits,
  { pattern = textPattern, ...options }: FieldOptions & { readonly pattern?: string },
): PropertyDecorator {
  const form = new RegExp(pattern, 'u');
  const ofForm = pattern === textPattern ? '' : `, of the form ${pattern}`;
  return field(
    options,
    { type: String, pattern, ...limits },
    rule(
      `$property must be a text of ${lengths(limits)}${ofForm}`,
      (value) => isTextWithin(value, limits) && form.test(value as string),
    ),
  );
}

/** An integer within an event's limits. A number in quotes is none. */
export function IntegerField(limits: IntegerLimits, options: FieldOptions): PropertyDecorator {
  const { minimum, maximum } = limits;
  return field(
    options,
    { type: 'integer', ...limits },
    rule(
      `$property must be an integer from ${minimum} to ${maximum}`,
      (value) => Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum,
    ),
  );
}

/** A signed integer that is not 0. */
export function NonZeroIntegerField(limits: IntegerLimits, options: FieldOptions): PropertyDecorator {
  return applyDecorators(
    IntegerField(limits, options),
    ApiProperty({ not: { enum: [0] } }),
    NotEquals(0, { message: '$property must not be 0' }) as PropertyDecorator,
  );
}

/** A text of a certain form, which fixes its length to that of the example. `says` follows "must be" in the message. */
export function PatternField(
  pattern: string,
  says: string,
  { example, ...options }: FieldOptions & { readonly example: string },
): PropertyDecorator {
  return field(
    options,
    { type: String, pattern, example, maxLength: example.length },
    Matches(new RegExp(pattern, 'u'), { message: `$property must be ${says} such as ${example}` }),
  );
}

/** One of a few words. */
export function ChoiceField(choices: readonly string[], options: FieldOptions): PropertyDecorator {
  return field(
    options,
    { type: String, enum: [...choices] },
    rule(`$property must be one of ${choices.join(', ')}`, (value) => choices.includes(value as string)),
  );
}

/** A list of texts within an event's limits. */
export function TextsField(
  { maxItems }: { readonly maxItems: number },
  item: TextLimits,
  options: FieldOptions,
): PropertyDecorator {
  return field(
    options,
    { type: 'array', maxItems, items: { type: 'string', pattern: textPattern, ...item } },
    rule(
      `$property must be a list of at most ${maxItems} texts of ${lengths(item)}`,
      (value) =>
        Array.isArray(value) && value.length <= maxItems && value.every((one) => isTextWithin(one, item)),
    ),
  );
}

/**
 * Refuses the body of a change that changes nothing.
 * @throws ProblemException 400 `validation-failed` when every member is absent
 */
export function namesSomething(body: object): void {
  if (Object.values(body).some((value) => value !== undefined)) return;
  throw validationProblem([{ field: 'body', message: 'body must name at least one detail to change' }]);
}

function lengths({ minLength, maxLength }: TextLimits): string {
  return `${minLength} to ${maxLength} characters without NUL and lone surrogates`;
}

/** One rule for the whole field, so that a refused value gets one message. */
function rule(message: string, validate: (value: unknown) => boolean): PropertyDecorator {
  return ValidateBy({ name: 'rule', validator: { validate, defaultMessage: () => message } });
}

/** An absent optional member is not looked at; `null` is a value like any other, and refused. */
function field(
  { description, optional = false }: FieldOptions,
  schema: Record<string, unknown>,
  ...validators: PropertyDecorator[]
): PropertyDecorator {
  const presence = optional ? [ValidateIf((_object: object, value: unknown) => value !== undefined)] : [];
  return applyDecorators(
    ApiProperty({ description, required: !optional, ...schema }),
    ...presence,
    ...validators,
  );
}

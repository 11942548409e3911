import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { excerpt } from '@reprise/runtime/operations';
import { ProblemException, type FieldError } from '../problems/problem-exception.ts';

/** Most entries of `errors` in an answer; `errorCount` counts the others too. */
const mostErrors = 20;

/** Longest name and message of an entry, in characters. */
const [mostFieldChars, mostMessageChars] = [100, 300];

/** Most parameters of a query string, repeated ones counted each time. */
export const mostParameters = 100;

/**
 * The pipe that every request body and query goes through: transformed to its DTO, with unknown members refused. A refused
 * request answers 400 `validation-failed` with one entry in `errors` for each rule that was broken, 20 at most.
 */
export class RequestPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: false,
      validationError: { target: false, value: false },
      exceptionFactory: (errors) =>
        validationProblem(errors.flatMap((error) => fieldErrors(error, '')).sort(byFieldThenMessage)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'query') refuseManyParameters(value);
    if (this.toValidate(metadata)) {
      if (metadata.type === 'body') refuseNoObject(value);
      const inherited = inheritedMembers(value, '');
      if (inherited.length > 0) throw validationProblem(inherited);
    }
    return (await super.transform(value, metadata)) as unknown;
  }
}

/** The same answer for a rule that no decorator can express. */
export function validationProblem(errors: readonly FieldError[]): ProblemException {
  const shown = errors.slice(0, mostErrors);
  const fields = [...new Set(shown.map((error) => error.field))].join(', ');
  const more = errors.length > shown.length ? `, and ${errors.length - shown.length} more problems` : '';
  return new ProblemException(
    400,
    'validation-failed',
    'The request is not valid',
    fields === ''
      ? 'The request is not valid. Nothing was changed.'
      : `Not valid: ${fields}${more}. Nothing was changed.`,
    { errors: shown, errorCount: errors.length },
  );
}

/** Validation would take a list for as many objects, none of them with a mistake, and `null` for an object without members. */
function refuseNoObject(value: unknown): void {
  if (value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))) return;
  throw validationProblem([{ field: 'body', message: 'body must be an object' }]);
}

function refuseManyParameters(value: unknown): void {
  const count = Object.values(value ?? {}).flat().length;
  if (count <= mostParameters) return;
  throw new ProblemException(
    400,
    'bad-request',
    'Bad Request',
    `The query string has ${count} parameters, and at most ${mostParameters} are accepted.`,
  );
}

/**
 * Members that every object inherits, such as `toString` and `__proto__`, and `prototype`. Validation looks names up in what it knows
 * of the DTO, finds the inherited ones and takes them for known; some of them Nest takes out without a word.
 */
function inheritedMembers(value: unknown, prefix: string): FieldError[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = `${prefix}${name}`;
    const reserved = name in Object.prototype || name === 'prototype';
    const own = reserved ? [{ field, message: `property ${name} should not exist` }] : [];
    return [...own, ...inheritedMembers(inner, `${excerpt(field, mostFieldChars)}.`)];
  });
}

function fieldErrors({ property, constraints, children }: ValidationError, prefix: string): FieldError[] {
  const name = excerpt(property, mostFieldChars);
  const field = excerpt(`${prefix}${name}`, mostFieldChars);
  const own = Object.values(constraints ?? {}).map((message) => ({
    field,
    message: excerpt(name === property ? message : message.replaceAll(property, name), mostMessageChars),
  }));
  return [...own, ...(children ?? []).flatMap((child) => fieldErrors(child, `${field}.`))];
}

function byFieldThenMessage(a: FieldError, b: FieldError): number {
  return a.field.localeCompare(b.field, 'en') || a.message.localeCompare(b.message, 'en');
}

import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { ProblemException, type FieldError } from './problem-exception.ts';

/**
 * The pipe that every request body and query goes through: transformed to its DTO, with unknown members refused. A refused
 * request answers 400 `validation-failed` with one entry in `errors` for each rule that was broken.
 */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
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

/** The same answer for a rule that no decorator can express. */
export function validationProblem(errors: readonly FieldError[]): ProblemException {
  const fields = [...new Set(errors.map((error) => error.field))].join(', ');
  return new ProblemException(
    400,
    'validation-failed',
    'The request is not valid',
    fields === ''
      ? 'The request is not valid. Nothing was changed.'
      : `Not valid: ${fields}. Nothing was changed.`,
    { errors },
  );
}

function fieldErrors(error: ValidationError, prefix: string): FieldError[] {
  const field = `${prefix}${error.property}`;
  const own = Object.values(error.constraints ?? {}).map((message) => ({ field, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, `${field}.`))];
}

function byFieldThenMessage(a: FieldError, b: FieldError): number {
  return a.field.localeCompare(b.field, 'en') || a.message.localeCompare(b.message, 'en');
}

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const { compile } = Ajv2020.prototype;

/** Makes what looks like a compiled schema, and is one as soon as a value is held against it. */
function compileWhenUsed(this: Ajv2020, ...asked: Parameters<typeof compile>): ReturnType<typeof compile> {
  let compiled: ReturnType<typeof compile> | undefined;
  const validate: Pick<ValidateFunction, 'errors'> & ((value: unknown) => unknown) = (value) => {
    compiled ??= compileUnjudged(this, asked);
    const answer = compiled(value);
    validate.errors = compiled.errors;
    return answer;
  };
  return validate as ReturnType<typeof compile>;
}

/** The client's schemas are right: holding one against the rules of schemas, which are compiled for that, takes longer than the rest. */
function compileUnjudged(compiler: Ajv2020, asked: Parameters<typeof compile>): ReturnType<typeof compile> {
  const { opts } = compiler;
  const { validateSchema } = opts;
  opts.validateSchema = false;
  try {
    return compile.apply(compiler, asked);
  } finally {
    opts.validateSchema = validateSchema;
  }
}

// An own property before the one that is inherited: `compile-at-once.ts` takes it away.
Object.defineProperty(Ajv2020.prototype, 'compile', { value: compileWhenUsed, configurable: true });

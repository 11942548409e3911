import { _, str, type Ajv2020, type AnySchemaObject, type KeywordCxt } from 'ajv/dist/2020.js';

/**
 * Replaces three of ajv's keywords with cheaper equivalents on the path every event takes; together they took more than half of
 * the validation time. A test compares their results with those of ajv's own keywords.
 * - `maxLength`, `minLength` count code points only where the number of UTF-16 units does not already decide.
 * - `propertyNames` accepts names listed in `properties` beside it and matches only the others against its pattern.
 */
export function useFastKeywords(ajv: Ajv2020): void {
  for (const keyword of ['maxLength', 'minLength', 'propertyNames']) ajv.removeKeyword(keyword);
  ajv.addKeyword({
    keyword: 'maxLength',
    type: 'string',
    schemaType: 'number',
    code: (cxt) => {
      const { data, schema } = cxt;
      cxt.fail(_`${data}.length > ${schema} && ${counting(cxt)}(${data}) > ${schema}`);
    },
    error: { message: ({ schema }) => str`must NOT have more than ${schema as number} characters` },
  });
  ajv.addKeyword({
    keyword: 'minLength',
    type: 'string',
    schemaType: 'number',
    code: (cxt) => {
      const { data, schema } = cxt;
      if (schema <= 1) cxt.fail(_`${data}.length < ${schema}`);
      else cxt.fail(_`${data}.length < ${2 * schema} && ${counting(cxt)}(${data}) < ${schema}`);
    },
    error: { message: ({ schema }) => str`must NOT have fewer than ${schema as number} characters` },
  });
  ajv.addKeyword({
    keyword: 'propertyNames',
    type: 'object',
    schemaType: 'object',
    errors: true,
    compile: compilePropertyNames,
  });
}

const counting = ({ gen }: KeywordCxt) => gen.scopeValue('func', { ref: codePoints });

function compilePropertyNames(schema: { pattern: string }, parent: AnySchemaObject) {
  const declared = new Set(Object.keys((parent.properties ?? {}) as object));
  const legal = new RegExp(schema.pattern, 'u');
  const validate: { (data: object): boolean; errors?: object[] } = (data) => {
    for (const propertyName in data) {
      if (declared.has(propertyName) || legal.test(propertyName)) continue;
      validate.errors = [{ keyword: 'propertyNames', params: { propertyName } }];
      return false;
    }
    return true;
  };
  return validate;
}

function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      count--;
      i++;
    }
  }
  return count;
}

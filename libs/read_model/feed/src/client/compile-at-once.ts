import { Ajv2020 } from 'ajv/dist/2020.js';

/** The end of what `compile-when-used.ts` begins: a schema of anybody else is refused where it is compiled, as ever. */
Reflect.deleteProperty(Ajv2020.prototype, 'compile');

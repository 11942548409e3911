import { isDateTime } from '@reprise/events';
import { itKeepsItsEvents } from '@reprise/events/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { productEvents } from './index.ts';
import { upcasters } from './product-contract.ts';

itKeepsItsEvents({
  contract: productEvents,
  older: upcasters.map(({ from }) => from),
  golden: new URL('./golden/', import.meta.url),
  published: new URL('../../../../docs/reference/events/', import.meta.url),
  withEnvelope: true,
});

it('the schemas compile together in a strict validator of their draft', () => {
  const { envelope, byType } = productEvents.schemas;
  const schemas = [envelope, ...byType.values()];
  const ajv = new Ajv2020({ strictTypes: true, allowUnionTypes: true, formats: { 'date-time': isDateTime } });
  ajv.addSchema(schemas);
  for (const { $id } of schemas) expect(ajv.getSchema(String($id))).toBeDefined();
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import specifications from '@asyncapi/specs';
import { canaryEventType } from '@reprise/events';
import { Ajv } from 'ajv';
import type { AsyncApiDocument } from './document.ts';
import { asyncApiFiles, folder, workspace } from './files.ts';

const specification = specifications.schemasWithoutId['3.0.0'];
const isAsyncApi = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(specification);

describe('the descriptions of the topics', () => {
  let files: ReadonlyMap<string, string>;
  const documents = (): (readonly [string, AsyncApiDocument])[] =>
    [...files].flatMap(([path, text]) =>
      path.endsWith('.json') ? [[path, JSON.parse(text) as AsyncApiDocument] as const] : [],
    );

  beforeAll(async () => {
    files = await asyncApiFiles();
  });

  it('are those in the documentation; npm run -s asyncapi writes them', () => {
    const there = readdirSync(join(workspace, folder)).map((name) => `${folder}/${name}`);
    expect(there.toSorted()).toEqual([...files.keys()].toSorted());
    for (const [path, text] of files) expect(readFileSync(join(workspace, path), 'utf8')).toBe(text);
  });

  it('are of AsyncAPI 3', () => {
    for (const [path, document] of documents()) {
      isAsyncApi(document);
      expect({ path, errors: isAsyncApi.errors ?? [] }).toEqual({ path, errors: [] });
    }
    const [, sample] = documents()[0]!;
    expect(isAsyncApi({ ...sample, channels: { events: { addres: 'x' } } })).toBe(false);
  });

  it('have references that lead somewhere', () => {
    for (const [, document] of documents())
      for (const [, reference] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
        const parts = reference!.split('/');
        const found = parts.reduce<unknown>(
          (at, part) => (at as Record<string, unknown> | undefined)?.[part],
          document,
        );
        expect({ reference, found: found !== undefined }).toEqual({ reference, found: true });
      }
  });

  it('have the canaries among the events, which carry nothing', () => {
    for (const [, { channels, components }] of documents()) {
      expect(Object.keys(channels['events']!.messages)).toContain(canaryEventType);
      const validate = new Ajv({ strict: false, validateFormats: false })
        .addSchema({ $id: 'urn:reprise:document', components })
        .compile({ $ref: `urn:reprise:document#/components/schemas/${canaryEventType}` });
      const [example] = components.messages[canaryEventType]!.examples!;
      const canary = example!.payload as object;
      expect([validate(canary), validate({ ...canary, data: { title: 'x' } })]).toEqual([true, false]);
    }
  });

  it('have an example for each event, which its schema takes, and the schema bites', () => {
    for (const [, { components }] of documents()) {
      const ajv = new Ajv({ strict: false, validateFormats: false });
      ajv.addSchema({ $id: 'urn:reprise:document', components });
      for (const [name, { examples = [] }] of Object.entries(components.messages)) {
        if (name === 'deadLetter') continue;
        expect(examples.length).toBeGreaterThan(0);
        const validate = ajv.compile({ $ref: `urn:reprise:document#/components/schemas/${name}` });
        for (const { payload } of examples) {
          expect({ name, valid: validate(payload) }).toEqual({ name, valid: true });
          expect(validate({ ...(payload as object), aggregateversion: 'one' })).toBe(false);
        }
      }
    }
  });
});

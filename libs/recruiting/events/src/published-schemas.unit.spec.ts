import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { publishedSchemas } from './published-schemas.ts';

const folder = new URL('../../../../docs/reference/events/recruiting/', import.meta.url);

if (process.env.PUBLISH_SCHEMAS === 'true') {
  mkdirSync(folder, { recursive: true });
  for (const [file, schema] of publishedSchemas) {
    writeFileSync(new URL(file, folder), `${JSON.stringify(schema, undefined, 2)}\n`);
  }
}

describe('the published schemas (PUBLISH_SCHEMAS=true writes them again, then run Prettier)', () => {
  it('are these files and no others', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.schema.json'));
    expect(files.sort()).toEqual([...publishedSchemas.keys()].sort());
  });

  it.each([...publishedSchemas])('%s says what the codec checks', (file, schema) => {
    const published: unknown = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    expect(published).toEqual(JSON.parse(JSON.stringify(schema)));
  });
});

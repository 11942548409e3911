import { readdirSync, readFileSync } from 'node:fs';
import { productEvents } from './index.ts';
import { upcasters } from './product-contract.ts';

/**
 * One file per event type and version, one stored event per line. Lines are only ever added: what stands here may stand in a log.
 */
const folder = new URL('./golden/', import.meta.url);
const stored = readdirSync(folder).map((file) => ({
  type: file.replace(/\.jsonl$/, ''),
  lines: readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n'),
}));
const lines = stored.flatMap(({ type, lines }) => lines.map((line) => ({ type, line })));

describe('events written by any release', () => {
  it('are kept for every current type and every older version', () => {
    const readable = [...productEvents.types, ...upcasters.map(({ from }) => from)];
    expect(stored.map(({ type }) => type).sort()).toEqual(readable.sort());
  });

  it.each(lines)('still decode: $type', ({ type, line }) => {
    const { data, ...attributes } = JSON.parse(line) as Record<string, unknown>;
    const result = productEvents.read(Buffer.from(line));
    if (!result.ok) throw new Error(result.message);
    expect(attributes.type).toBe(type);
    expect(result.event).toMatchObject({ ...attributes, type: result.event.type });
    if (result.event.type === type) expect(result.event.data).toEqual(data);
  });

  it.each(lines.filter(({ type }) => (productEvents.types as readonly string[]).includes(type)))(
    'are written the same, byte for byte: $type',
    ({ line }) => {
      const result = productEvents.read(line);
      expect(result.ok && productEvents.encode(result.event)).toBe(line);
    },
  );
});

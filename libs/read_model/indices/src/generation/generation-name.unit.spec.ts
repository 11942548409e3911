import fc from 'fast-check';
import type { GenerationName } from './generation.ts';
import {
  asGenerationName,
  generationName,
  isGenerationName,
  parseGenerationName,
} from './generation-name.ts';

const at = new Date('2026-11-21T03:40:05.678Z');
const fingerprint = '41e39cb335102446';

describe('the name of a generation', () => {
  it('says projection, schema version, start in UTC and fingerprint', () => {
    expect(generationName(1, 'product_search', at, fingerprint)).toBe(
      'product_search_v1_20261121_034005_41e39cb3',
    );
  });

  it('is another one for each of several builds in one second', () => {
    const taken = new Set<GenerationName>();
    for (let build = 0; build < 4; build++) {
      taken.add(generationName(1, 'product_search', at, fingerprint, (name) => taken.has(name)));
    }
    expect([...taken].map((name) => name.slice('product_search_v1_20261121_034005_41e39cb3'.length))).toEqual(
      ['', '_2', '_3', '_4'],
    );
  });

  it('reads back as what it was minted from', () => {
    const snakeCase = fc.stringMatching(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/).filter((name) => name.length <= 40);
    const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
    const hex = fc.stringMatching(/^[0-9a-f]{8,64}$/);
    const property = fc.property(
      snakeCase,
      fc.integer({ min: 1, max: 9_999 }),
      seconds,
      hex,
      fc.integer({ min: 1, max: 5 }),
      (projection, schemaVersion, second, digits, ordinal) => {
        const taken = new Set<string>();
        let name = generationName(schemaVersion, projection, new Date(second * 1_000), digits);
        for (let build = 1; build < ordinal; build++) {
          taken.add(name);
          name = generationName(schemaVersion, projection, new Date(second * 1_000), digits, (n) =>
            taken.has(n),
          );
        }
        expect(parseGenerationName(name)).toEqual({
          projection,
          schemaVersion,
          at: new Date(second * 1_000),
          fingerprint8: digits.slice(0, 8),
          ordinal,
        });
        expect(isGenerationName(name, projection)).toBe(true);
      },
    );
    fc.assert(property);
  });

  it('is never an alias, a write alias, another projection’s name or a date that does not exist', () => {
    const name = generationName(1, 'product_search', at, fingerprint);
    for (const text of [
      '',
      'product_search',
      `${name}_write`,
      `${name}\n`,
      `x${name.slice(1)}*`,
      'product_search_v1_20261321_034005_41e39cb3',
      'product_search_v0_20261121_034005_41e39cb3',
      'product_search_v1_20261121_034005_41E39CB3',
      'PRODUCT_SEARCH_v1_20261121_034005_41e39cb3',
    ]) {
      expect(parseGenerationName(text)).toBeUndefined();
      expect(() => asGenerationName(text, 'product_search')).toThrow(TypeError);
    }
    expect(() => asGenerationName(name, 'search')).toThrow(/not a generation of search/);
    expect(asGenerationName(name, 'product_search')).toBe(name);
  });

  it('is refused for a fingerprint or projection that does not make a name', () => {
    expect(() => generationName(1, 'product_search', at, 'abc')).toThrow(TypeError);
    expect(() => generationName(1, 'Product Search', at, fingerprint)).toThrow(TypeError);
  });
});

import type { ElasticsearchStorage } from '@reprise/read-model-documents';
import { fingerprintOf } from './fingerprint.ts';

const storage: ElasticsearchStorage = {
  kind: 'elasticsearch',
  schemaVersion: 1,
  properties: { productId: { type: 'keyword' }, title: { type: 'text', index: true } },
};
const events = { versions: 'sequence' } as const;
const given = { storage, version: 1, events };

describe('a fingerprint', () => {
  it('does not depend on the order of members', () => {
    const reordered: ElasticsearchStorage = {
      properties: { title: { index: true, type: 'text' }, productId: { type: 'keyword' } },
      schemaVersion: 1,
      kind: 'elasticsearch',
    };
    expect(fingerprintOf({ events, version: 1, storage: reordered }, 'k2M')).toBe(
      fingerprintOf(given, 'k2M'),
    );
    expect(fingerprintOf(given, 'k2M')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is another one for another mapping, schema version, projection version, version source or topic', () => {
    const others = [
      {
        ...given,
        storage: { ...storage, properties: { ...storage.properties, title: { type: 'keyword' } } },
      } as const,
      { ...given, storage: { ...storage, schemaVersion: 2 } },
      { ...given, version: 2 },
      { ...given, events: { versions: 'position' } } as const,
    ];
    const all = [given, ...others].map((one) => fingerprintOf(one, 'k2M'));
    expect(new Set([...all, fingerprintOf(given, 'k2N')]).size).toBe(6);
  });

  it('of a store of somebody else’s depends on its data, and not on how it is opened', () => {
    const of = (definition: object, open: () => unknown = () => undefined) => {
      const own = { kind: 'own:sqlite', schemaVersion: 1, definition: { ...definition }, open } as const;
      return fingerprintOf({ ...given, storage: own }, 'k2M');
    };
    expect(of({ title: 'text' }, () => 'another')).toBe(of({ title: 'text' }));
    expect(of({ title: 'keyword' })).not.toBe(of({ title: 'text' }));
  });

  it('stays the same from release to release', () => {
    expect(fingerprintOf(given, 'k2M')).toBe(
      '59d97517850d8aaaadb7946797325f25b7e4cd97bd641ecd3c271018ed0735e6',
    );
  });
});

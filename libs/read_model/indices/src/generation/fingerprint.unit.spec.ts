import type { ElasticsearchStorage } from '@reprise/read-model-documents';
import { fingerprintOf } from './fingerprint.ts';

const storage: ElasticsearchStorage = {
  kind: 'elasticsearch',
  schemaVersion: 1,
  properties: { productId: { type: 'keyword' }, title: { type: 'text', index: true } },
};
const input = { storage, projectionVersion: 1, topicId: 'k2M' };

describe('a fingerprint', () => {
  it('does not depend on the order of members', () => {
    const reordered: ElasticsearchStorage = {
      properties: { title: { index: true, type: 'text' }, productId: { type: 'keyword' } },
      schemaVersion: 1,
      kind: 'elasticsearch',
    };
    expect(fingerprintOf({ topicId: 'k2M', projectionVersion: 1, storage: reordered })).toBe(
      fingerprintOf(input),
    );
    expect(fingerprintOf(input)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is another one for another mapping, schema version, projection version or topic', () => {
    const others = [
      {
        ...input,
        storage: { ...storage, properties: { ...storage.properties, title: { type: 'keyword' } } },
      },
      { ...input, storage: { ...storage, schemaVersion: 2 } },
      { ...input, projectionVersion: 2 },
      { ...input, topicId: 'k2N' },
    ];
    expect(new Set([input, ...others].map(fingerprintOf)).size).toBe(5);
  });

  it('stays the same from release to release', () => {
    expect(fingerprintOf(input)).toBe('59d97517850d8aaaadb7946797325f25b7e4cd97bd641ecd3c271018ed0735e6');
  });
});

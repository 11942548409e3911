import { partitionOfKey } from './partition-of-key.ts';

describe('the partition of a key', () => {
  it("is the one of Kafka's own clients", () => {
    // The hashes are those of UtilsTest.testMurmur2 in Apache Kafka.
    const hashes = { '21': -973932308, foobar: -790332482, 'a-little-bit-long-string': -985981536 };
    for (const [key, hash] of Object.entries(hashes))
      expect(partitionOfKey(key, 1_000_003)).toBe((hash & 0x7fffffff) % 1_000_003);
    expect(partitionOfKey(Buffer.from('foobar'), 6)).toBe(partitionOfKey('foobar', 6));
  });
});

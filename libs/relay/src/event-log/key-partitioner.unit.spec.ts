import fc from 'fast-check';
import { Partitioners, type Message, type PartitionMetadata } from 'kafkajs';
import { keyPartitioner } from './key-partitioner.ts';

const routed: number[] = [];
const partitionOf = keyPartitioner((partition) => routed.push(partition))();
const byDefault = Partitioners.DefaultPartitioner();

function parameters(
  message: Partial<Message>,
  partitions: number,
): { topic: string; partitionMetadata: PartitionMetadata[]; message: Message } {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
    partitionErrorCode: 0,
  }));
  return { topic: 't', partitionMetadata, message: { value: null, ...message } };
}

describe('the partition of a key', () => {
  it("is the one of kafkajs' default partitioner, for texts, ids and bytes", () => {
    const key = fc.oneof(
      fc.uuid(),
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 200 }), (value, partitions) => {
        const given = parameters({ key: value }, partitions);
        expect(partitionOf(given)).toBe(byDefault(given));
      }),
      { numRuns: 500 },
    );
  });

  it("is the one of Kafka's own clients", () => {
    // The hashes are those of UtilsTest.testMurmur2 in Apache Kafka.
    const hashes = { '21': -973932308, foobar: -790332482, 'a-little-bit-long-string': -985981536 };
    for (const [key, hash] of Object.entries(hashes)) {
      expect(partitionOf(parameters({ key }, 1_009))).toBe((hash & 0x7fffffff) % 1_009);
    }
  });

  it('gives way to a partition that is asked for', () => {
    expect(partitionOf(parameters({ key: 'a', partition: 4 }, 6))).toBe(4);
  });

  it('is reported for every record', () => {
    routed.length = 0;
    partitionOf(parameters({ key: 'a' }, 1));
    partitionOf(parameters({ key: null }, 1));
    expect(routed).toEqual([0, 0]);
  });
});

import { partitionOfKey } from '@reprise/events';
import { Partitioners, type ICustomPartitioner } from 'kafkajs';

/**
 * Gives every key the partition that kafkajs' `Partitioners.DefaultPartitioner` and Kafka's own clients give it.
 *
 * @param onRouted receives the partition of every record
 */
export function keyPartitioner(onRouted: (partition: number) => void): ICustomPartitioner {
  return () => {
    const byDefault = Partitioners.DefaultPartitioner();
    return (parameters) => {
      const { partitionMetadata, message } = parameters;
      const { key } = message;
      const partition =
        key === null || key === undefined || message.partition !== undefined
          ? byDefault(parameters)
          : partitionOfKey(key, partitionMetadata.length);
      onRouted(partition);
      return partition;
    };
  };
}

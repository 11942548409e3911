import { contractEvents } from '../log/contract/contract-events.ts';
import type { LogUnderContract } from '../log/contract/source-test.ts';
import { LogInMemory } from '../log/log-in-memory.ts';

/** A log in memory, with everything that the contract can ask of a log. */
export function logUnderContract(): LogUnderContract {
  const log = new LogInMemory(contractEvents, { partitions: 2, batchSize: 5 });
  return {
    append: (records) => Promise.resolve(log.append(records)),
    begin(records) {
      const transaction = log.begin();
      transaction.append(records);
      return Promise.resolve({ end: (how) => Promise.resolve(transaction[how]()) });
    },
    open: () => Promise.resolve(log.open()),
    truncate: () => Promise.resolve(log.truncate(2n)),
    compact: () => Promise.resolve(log.compact()),
  };
}

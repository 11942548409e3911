import { dropNegativeTimeoutWarnings, readConfiguration, runService } from '@reprise/runtime';
import { serveConsumer } from './consumer-application.ts';

dropNegativeTimeoutWarnings();
await runService('projection-consumer', (context) =>
  serveConsumer(
    readConfiguration(
      process.env,
      [
        'kafka',
        'elasticsearch',
        'readModelDatabase',
        'eventStoreDatabase',
        'projectionConsumerPort',
        'deadLetterAttempts',
        'repairQueueLimit',
        'repairAttempts',
        'repairTasksPerSecond',
        'repairLeaseSeconds',
      ],
      (warning) => context.logger.warn(warning),
    ),
    context,
  ),
);

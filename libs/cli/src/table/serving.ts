import type { Verb } from '../verb.ts';
import { contextOption } from './options.ts';

export const migrate: Verb = {
  name: 'migrate',
  description:
    'Brings the read-model database to this release’s schema: the registry, and the rights of the processes’ role.',
  options: [['--json', 'print the applied migrations as one JSON document on stdout']],
  notes: `Rights: it connects by READ_MODEL_DATABASE_OWNER_URL, else by READ_MODEL_DATABASE_URL, as the owner of the
database, or a role with CREATE on it that owns what is there of its schemas. With CREATEROLE it makes the group
role read_model_feeder, for the processes that feed and rebuild; without, make that role first, or let them
connect as the owner. It is safe to run again, and while processes run.`,
  examples: ['migrate'],
  needsNoContexts: true,
  load: () => import('../verbs/migrate.ts'),
};

export const relay: Verb = {
  name: 'relay',
  description: 'Publishes outbox events to Kafka, in order for each aggregate, until it is stopped.',
  options: [
    contextOption,
    ['--once', 'publish the current content of the outboxes, print a summary, and exit'],
    [
      '--timeout <seconds>',
      'with --once: how long to wait for another relay, Kafka or Postgres (default 60)',
    ],
    ['--release-parked', 'with --once: first return parked events to the queue'],
    ['--batch-size <events>', 'maximum events per batch (default 2000)'],
    ['--poll-ms <ms>', 'longest pause between checks of an empty outbox (default 500)'],
    ['--json', 'with --once: print the summary as one JSON document on stdout'],
  ],
  notes: `Without --once, it logs JSON lines on stderr, and exits with 0 on SIGINT or SIGTERM. Of several relays, one publishes.
With --once, it exits with 2 if events are parked or remain, 3 if another relay leads and did not publish them in time.`,
  examples: ['relay', 'relay --once --json'],
  load: () => import('../verbs/serving/relay.ts'),
};

export const live: Verb = {
  name: 'live',
  description: 'Feeds the read models from their event logs, and repairs documents, until it is stopped.',
  options: [
    contextOption,
    ['--json', 'print what is fed as one JSON document on stdout, once everything is'],
  ],
  notes: `It joins a consumer group for each log; several processes share the partitions. It waits for servers that are down, logs
JSON lines on stderr, and on SIGINT or SIGTERM saves the batches in flight and exits with 0.`,
  examples: ['live'],
  load: () => import('../verbs/serving/live.ts'),
};

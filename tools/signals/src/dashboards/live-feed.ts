import { at, type Board } from './board.ts';

const rate = (metric: string): string => `rate(${at(metric)}[$__rate_interval])`;

/** From the log to the documents. */
export const liveFeed: Board = {
  name: 'live-feed',
  title: 'live feed',
  says: 'What consumers read and apply, how far each generation is behind, dead letters and repairs.',
  rows: [
    {
      title: 'Feed',
      panels: [
        {
          title: 'Records read',
          says: 'Records that consumers read from the log.',
          unit: 'ops',
          queries: [{ expr: `sum by (context) (${rate('feed_records_total')})`, legend: '{{context}}' }],
        },
        {
          title: 'Events applied',
          says: 'Events applied, summed over all generations that are fed.',
          unit: 'ops',
          queries: [
            { expr: `sum by (context) (${rate('feed_events_applied_total')})`, legend: '{{context}}' },
          ],
        },
        {
          title: 'Slowest batch of a hundred',
          says: 'The time within which 99 of 100 batches are fed to all generations.',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.99, sum by (context, le) (${rate('feed_batch_seconds_bucket')}))`,
              legend: '{{context}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Lag',
      panels: [
        {
          title: 'Lag in seconds',
          says: 'Age of the oldest event that a generation lacks. Normal: under a second.',
          unit: 's',
          bad: { from: 60 },
          page: 'alerts/lag-grows.md',
          queries: [
            {
              expr: `max by (generation, state) (${at('read_model_lag_seconds')})`,
              legend: '{{state}} {{generation}}',
            },
          ],
        },
        {
          title: 'Whether it falls',
          says: 'Records a second that the lag changes by: below 0 it falls.',
          unit: 'ops',
          page: 'alerts/lag-grows.md',
          queries: [
            { expr: `sum by (generation) (deriv(${at('feed_lag_events')}[10m]))`, legend: '{{generation}}' },
          ],
        },
        {
          title: 'Lag by partition',
          says: 'Records that the generation of a projection lacks, by partition. One that stands out has a consumer that stands still.',
          unit: 'short',
          page: 'alerts/lag-grows.md',
          queries: [
            {
              expr: `max by (projection, partition) (${at('feed_lag_events')})`,
              legend: '{{projection}} {{partition}}',
            },
          ],
        },
        {
          title: 'Oldest unread event by partition',
          says: 'Age of the next event that a generation has to read, by partition.',
          unit: 's',
          page: 'alerts/lag-grows.md',
          queries: [
            {
              expr: `max by (projection, partition) (${at('feed_lag_seconds')})`,
              legend: '{{projection}} {{partition}}',
            },
          ],
        },
        {
          title: 'Partitions that nobody feeds',
          says: 'By generation. Normal: 0.',
          unit: 'short',
          bad: { from: 1 },
          page: 'alerts/read-model-not-fed.md',
          queries: [
            {
              expr: `max by (generation, state) (${at('read_model_unfed_partitions')})`,
              legend: '{{state}} {{generation}}',
            },
          ],
        },
        {
          title: 'Generations fed',
          says: 'Generations that each consumer feeds now.',
          unit: 'short',
          page: 'alerts/read-model-not-fed.md',
          queries: [{ expr: `sum by (context) (${at('feed_generations')})`, legend: '{{context}}' }],
        },
      ],
    },
    {
      title: 'What could not be applied',
      panels: [
        {
          title: 'Dead letters open',
          says: 'Events that were put aside and still are to be dealt with. Normal: 0.',
          unit: 'short',
          bad: { from: 1 },
          page: 'alerts/dead-letters.md',
          queries: [{ expr: `max by (projection) (${at('dead_letters_open')})`, legend: '{{projection}}' }],
        },
        {
          title: 'Waiting the longest',
          says: 'Since the event failed that has held its aggregate back the longest.',
          unit: 's',
          bad: { from: 3600 },
          page: 'alerts/dead-letters.md',
          queries: [
            { expr: `max by (projection) (${at('dead_letters_oldest_seconds')})`, legend: '{{projection}}' },
          ],
        },
        {
          title: 'Put aside',
          says: 'Events sent to the dead-letter topic.',
          unit: 'ops',
          page: 'alerts/dead-letters.md',
          queries: [{ expr: `sum by (context) (${rate('feed_dead_letters_total')})`, legend: '{{context}}' }],
        },
        {
          title: 'Repair queue',
          says: 'Documents that wait for a repair, and those whose repair was abandoned.',
          unit: 'short',
          page: 'alerts/repairs-abandoned.md',
          queries: [
            { expr: `max(${at('repair_tasks_open')})`, legend: 'open' },
            { expr: `max(${at('repair_tasks_failed')})`, legend: 'abandoned' },
          ],
        },
        {
          title: 'Oldest repair',
          says: 'Age of the oldest open repair. It grows while no consumer runs.',
          unit: 's',
          page: 'alerts/repairs-abandoned.md',
          queries: [{ expr: `max(${at('repair_oldest_open_seconds')})`, legend: 'oldest' }],
        },
        {
          title: 'Repairs',
          says: 'Repairs done, attempts that failed, and requests that the full queue did not take.',
          unit: 'ops',
          page: 'alerts/repairs-abandoned.md',
          queries: [
            { expr: `sum(${rate('repair_tasks_done_total')})`, legend: 'done' },
            { expr: `sum(${rate('repair_attempts_failed_total')})`, legend: 'failed' },
            { expr: `sum(${rate('repair_tasks_refused_total')})`, legend: 'refused' },
          ],
        },
      ],
    },
  ],
};

import { at, type Board, type Panel } from './board.ts';
import { oldestUnpublished } from './shared-panels.ts';

const rate = (metric: string, matchers = ''): string => `rate(${at(metric, matchers)}[$__rate_interval])`;

/** Commands of an aggregate. */
const commands = (aggregate: string): Panel => ({
  title: `Commands: ${aggregate}`,
  says: `Commands of a ${aggregate} by what came of them.`,
  unit: 'ops',
  queries: [
    {
      expr: `sum by (command, outcome) (${rate(`${aggregate}_commands_total`)})`,
      legend: '{{command}}: {{outcome}}',
    },
  ],
});

const quantile = (share: number, metric: string, by: string): string =>
  `histogram_quantile(${share}, sum by (${by}, le) (${rate(`${metric}_bucket`)}))`;

/** From the request to the log. */
export const writeSide: Board = {
  name: 'write-side',
  title: 'write side',
  says: 'Requests, commands, outboxes and the relay: everything up to the log.',
  rows: [
    {
      title: 'Requests',
      panels: [
        {
          title: 'Requests',
          says: 'Answers a second, by application and status.',
          unit: 'reqps',
          queries: [
            {
              expr: `sum by (app, status) (${rate('http_request_duration_seconds_count')})`,
              legend: '{{app}} {{status}}',
            },
          ],
        },
        {
          title: 'Slowest of a hundred',
          says: 'The time within which 99 of 100 requests are answered.',
          unit: 's',
          queries: [
            {
              expr: quantile(0.99, 'http_request_duration_seconds', 'app, route'),
              legend: '{{app}} {{route}}',
            },
          ],
        },
        {
          title: 'Processes',
          says: 'Processes that are scraped, by application.',
          unit: 'short',
          page: 'alerts/metrics-absent.md',
          queries: [{ expr: `count by (app) (${at('process_start_time_seconds')})`, legend: '{{app}}' }],
        },
      ],
    },
    { title: 'Commands', panels: ['product', 'candidate', 'lead'].map(commands) },
    {
      title: 'Outboxes',
      panels: [
        oldestUnpublished,
        {
          title: 'Unpublished events',
          says: 'Committed events that wait to be published. They fall to 0 between bursts.',
          unit: 'short',
          page: 'alerts/outbox-stands.md',
          queries: [{ expr: `max by (app) (${at('outbox_unpublished_events')})`, legend: '{{app}}' }],
        },
        {
          title: 'Parked events',
          says: 'Committed events that the log refuses for good. Normal: 0.',
          unit: 'short',
          bad: { from: 1 },
          page: 'alerts/events-parked.md',
          queries: [{ expr: `max by (app) (${at('outbox_parked_events')})`, legend: '{{app}}' }],
        },
      ],
    },
    {
      title: 'Relay',
      panels: [
        {
          title: 'Published',
          says: 'Events that the log acknowledged.',
          unit: 'ops',
          queries: [
            { expr: `sum by (context) (${rate('outbox_relay_published_total')})`, legend: '{{context}}' },
          ],
        },
        {
          title: 'Leaders',
          says: 'Processes that publish; exactly one for each context.',
          unit: 'short',
          bad: { from: 2 },
          page: 'alerts/no-relay-leads.md',
          queries: [{ expr: `sum by (context) (${at('outbox_relay_leader')})`, legend: '{{context}}' }],
        },
        {
          title: 'Oldest open writer',
          says: 'Age of the oldest open transaction that has written to the outbox: nothing behind it can be published.',
          unit: 's',
          page: 'alerts/outbox-stands.md',
          queries: [
            {
              expr: `max by (context) (${at('outbox_relay_oldest_open_writer_age_seconds')})`,
              legend: '{{context}}',
            },
          ],
        },
      ],
    },
  ],
};

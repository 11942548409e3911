import { at, type Board } from './board.ts';

const windows = ['5m', '1h', '6h', '3d'];
const quantile = (share: number, metric: string): string =>
  `histogram_quantile(${share}, sum by (projection, le) (rate(${at(`${metric}_bucket`)}[15m])))`;

/** The objectives, and how they are kept. */
export const serviceLevels: Board = {
  name: 'service-levels',
  title: 'service levels',
  says: 'The objective: 99 % of canaries are searchable within 2 s of their commit, over 30 days.',
  rows: [
    {
      title: 'Objective',
      panels: [
        {
          title: 'Late canaries',
          says: 'Share that was not searchable within 2 s, by window. The objective allows 1 %.',
          unit: 'percentunit',
          bad: { from: 0.01 },
          page: 'alerts/freshness-budget-burns.md',
          queries: windows.map((window) => ({
            expr: `max by (projection) (${at(`reprise:freshness_errors:ratio_${window}`)})`,
            legend: `{{projection}}, ${window}`,
          })),
        },
        {
          title: 'Budget is used up',
          says: 'How many times as fast as the objective allows. At 14.4 a page goes out within minutes, at 6 within half an hour.',
          unit: 'short',
          bad: { from: 1 },
          page: 'alerts/freshness-budget-burns.md',
          queries: [
            {
              expr: `max by (projection) (${at('reprise:freshness_errors:ratio_1h')}) / 0.01`,
              legend: '{{projection}}, 1h',
            },
            {
              expr: `max by (projection) (${at('reprise:freshness_errors:ratio_6h')}) / 0.01`,
              legend: '{{projection}}, 6h',
            },
          ],
        },
        {
          title: 'Available',
          says: 'Share of the last day in which readers had a model that could be read.',
          unit: 'percentunit',
          now: true,
          bad: { below: 0.999 },
          page: 'alerts/readers-without-model.md',
          queries: [
            {
              expr: `max by (projection) (avg_over_time(${at('read_model_available')}[1d]))`,
              legend: '{{projection}}',
            },
          ],
        },
      ],
    },
    {
      title: 'From commit to reader',
      panels: [
        {
          title: 'Until a search finds it',
          says: 'Half of the canaries, and 99 of 100, are searchable within this time.',
          unit: 's',
          bad: { from: 2 },
          page: 'alerts/freshness-budget-burns.md',
          queries: [
            { expr: quantile(0.5, 'canary_searchable_seconds'), legend: '{{projection}}, half' },
            { expr: quantile(0.99, 'canary_searchable_seconds'), legend: '{{projection}}, 99 of 100' },
          ],
        },
        {
          title: 'Until it is read by id',
          says: 'Half of the canaries, and 99 of 100, are readable by id within this time.',
          unit: 's',
          bad: { from: 2 },
          page: 'alerts/freshness-budget-burns.md',
          queries: [
            { expr: quantile(0.5, 'canary_readable_seconds'), legend: '{{projection}}, half' },
            { expr: quantile(0.99, 'canary_readable_seconds'), legend: '{{projection}}, 99 of 100' },
          ],
        },
        {
          title: 'By partition',
          says: 'The latest canary of each partition: commit to searchable. One that stands out has a slow consumer or broker.',
          unit: 's',
          page: 'alerts/freshness-budget-burns.md',
          queries: [
            {
              expr: `max by (projection, partition) (${at('canary_last_searchable_seconds')})`,
              legend: '{{projection}} {{partition}}',
            },
          ],
        },
        {
          title: 'By partition, by id',
          says: 'The latest canary of each partition: commit to readable by id.',
          unit: 's',
          page: 'alerts/freshness-budget-burns.md',
          queries: [
            {
              expr: `max by (projection, partition) (${at('canary_last_readable_seconds')})`,
              legend: '{{projection}} {{partition}}',
            },
          ],
        },
        {
          title: 'Age of what a search finds',
          says: 'Since the commit of the newest canary that a search finds, by partition. Normal: up to ten seconds for each partition.',
          unit: 's',
          page: 'alerts/nothing-searchable.md',
          queries: [
            {
              expr: `max by (projection, partition) (${at('canary_age_seconds')})`,
              legend: '{{projection}} {{partition}}',
            },
          ],
        },
      ],
    },
    {
      title: 'The measurement itself',
      panels: [
        {
          title: 'Canaries written',
          says: 'One every ten seconds for each context, over all replicas.',
          unit: 'ops',
          page: 'alerts/canaries-not-written.md',
          queries: [
            { expr: `sum by (context) (rate(${at('canary_written_total')}[5m]))`, legend: '{{context}}' },
            {
              expr: `sum by (context) (rate(${at('canary_write_failures_total')}[5m]))`,
              legend: '{{context}}: failed',
            },
          ],
        },
        {
          title: 'Canaries that could not be looked for',
          says: 'A store failed while it was asked for one. Normal: 0.',
          unit: 'ops',
          page: 'alerts/canaries-not-written.md',
          queries: [
            {
              expr: `sum by (projection) (rate(${at('canary_faults_total')}[5m]))`,
              legend: '{{projection}}',
            },
          ],
        },
      ],
    },
  ],
};

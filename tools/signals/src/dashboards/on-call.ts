import { at, type Board } from './board.ts';
import { oldestUnpublished } from './shared-panels.ts';

/** What somebody looks at who was woken. */
export const onCall: Board = {
  name: 'on-call',
  title: 'on call',
  says: 'Whether readers are served the right documents, and what stands still. Each panel links to its page of the runbook.',
  rows: [
    {
      title: 'Are readers served?',
      panels: [
        {
          title: 'Readers have a model',
          says: 'Whether the alias or view leads to one live generation that can be read.',
          unit: 'bool_yes_no',
          now: true,
          bad: { below: 1 },
          page: 'alerts/readers-without-model.md',
          queries: [
            { expr: `max by (projection) (${at('read_model_available')})`, legend: '{{projection}}' },
          ],
        },
        {
          title: 'Verdict',
          says: 'What ./reprise status says of each read model.',
          unit: 'bool_yes_no',
          now: true,
          page: 'checks.md',
          queries: [
            {
              expr: `max by (projection, verdict) (${at('read_model_verdict')}) == 1`,
              legend: '{{projection}}: {{verdict}}',
            },
          ],
        },
        {
          title: 'Alerts',
          says: 'Alerts that fire now. None is normal.',
          unit: 'short',
          now: true,
          bad: { from: 1 },
          page: 'README.md',
          queries: [
            {
              expr: `count by (alertname, severity) (${at('ALERTS', 'alertname=~"Reprise.*",alertstate="firing"')})`,
              legend: '{{severity}} {{alertname}}',
            },
          ],
        },
        {
          title: 'Age of what a search finds',
          says: 'Since the commit of the newest canary that a search finds, in whichever partition. Normal: up to twelve seconds.',
          unit: 's',
          bad: { from: 120 },
          page: 'alerts/nothing-searchable.md',
          queries: [{ expr: `min by (projection) (${at('canary_age_seconds')})`, legend: '{{projection}}' }],
        },
        {
          title: 'Budget of the objective is used up',
          says: 'How many times as fast as the objective allows, over the last hour. Up to 1 is normal.',
          unit: 'short',
          bad: { from: 6 },
          page: 'alerts/freshness-budget-burns.md',
          queries: [
            {
              expr: `max by (projection) (${at('reprise:freshness_errors:ratio_1h')}) / 0.01`,
              legend: '{{projection}}',
            },
          ],
        },
        {
          title: 'Failed requests',
          says: 'Share of answers with status 500 and above.',
          unit: 'percentunit',
          bad: { from: 0.01 },
          page: 'checks.md',
          queries: [
            {
              expr:
                `sum by (app) (rate(${at('http_request_duration_seconds_count', 'status=~"5.."')}[$__rate_interval]))` +
                ` / sum by (app) (rate(${at('http_request_duration_seconds_count')}[$__rate_interval]))`,
              legend: '{{app}}',
            },
          ],
        },
      ],
    },
    {
      title: 'What stands still?',
      panels: [
        oldestUnpublished,
        {
          title: 'A relay leads',
          says: 'Whether some relay publishes the outbox.',
          unit: 'bool_yes_no',
          now: true,
          bad: { below: 1 },
          page: 'alerts/no-relay-leads.md',
          queries: [{ expr: `max by (app) (${at('outbox_relay_leads')})`, legend: '{{app}}' }],
        },
        {
          title: 'Lag of what readers use',
          says: 'Age of the oldest event that the live generation lacks. Normal: under a second.',
          unit: 's',
          bad: { from: 60 },
          page: 'alerts/lag-grows.md',
          queries: [
            {
              expr: `max by (projection) (${at('read_model_lag_seconds', 'state="LIVE"')})`,
              legend: '{{projection}}',
            },
          ],
        },
        {
          title: 'Dead letters',
          says: 'Events that could not be applied, and aggregates that wait behind them.',
          unit: 'short',
          bad: { from: 1 },
          page: 'alerts/dead-letters.md',
          queries: [
            { expr: `max by (projection) (${at('dead_letters_open')})`, legend: '{{projection}}: open' },
            {
              expr: `max by (projection) (${at('aggregates_held_back')})`,
              legend: '{{projection}}: held back',
            },
          ],
        },
        {
          title: 'Rebuild without progress',
          says: 'Since anything of a running rebuild last moved; empty while none runs.',
          unit: 's',
          bad: { from: 300 },
          page: 'alerts/run-without-progress.md',
          queries: [
            {
              expr: `max by (projection, step) (${at('run_progress_age_seconds')})`,
              legend: '{{projection}}: {{step}}',
            },
          ],
        },
        {
          title: 'Documents that differ',
          says: 'Documents that differed from the log when they were last compared.',
          unit: 'short',
          now: true,
          bad: { from: 1 },
          page: 'alerts/verify-differs.md',
          queries: [
            { expr: `max by (projection) (${at('verify_differing_documents')})`, legend: '{{projection}}' },
          ],
        },
      ],
    },
  ],
};

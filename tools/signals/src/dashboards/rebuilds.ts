import { at, type Board, type Panel } from './board.ts';

const yesOrNo = (title: string, says: string, metric: string, page: string): Panel => ({
  title,
  says,
  unit: 'bool_yes_no',
  now: true,
  bad: { from: 1 },
  page,
  queries: [{ expr: `max by (projection) (${at(metric)})`, legend: '{{projection}}' }],
});

/** Runs, gates, comparisons, and the way back. */
export const rebuilds: Board = {
  name: 'rebuilds',
  title: 'rebuilds',
  says: 'Rebuilds that run, stand still or were refused, what the last comparison found, and how fresh the way back is.',
  rows: [
    {
      title: 'Runs',
      panels: [
        {
          title: 'Since anything moved',
          says: 'Of a running rebuild, by step; empty while none runs. Normal: some seconds.',
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
          title: 'Why it stands still',
          says: 'The server that a rebuild waits for.',
          unit: 'bool_yes_no',
          now: true,
          bad: { from: 1 },
          page: 'alerts/run-without-progress.md',
          queries: [
            {
              expr: `max by (projection, cause) (${at('run_stalled')}) == 1`,
              legend: '{{projection}}: {{cause}}',
            },
          ],
        },
        yesOrNo(
          'Process gone',
          'A run counts as running, and its process is gone.',
          'run_lost',
          'alerts/run-interrupted.md',
        ),
        {
          title: 'Interrupted, not resumed',
          says: 'Since the newest run stopped that could be resumed; empty when there is none.',
          unit: 's',
          bad: { from: 900 },
          page: 'alerts/run-interrupted.md',
          queries: [
            { expr: `max by (projection) (${at('run_interrupted_age_seconds')})`, legend: '{{projection}}' },
          ],
        },
        yesOrNo(
          'Gate refused',
          'The newest rebuild was refused, and readers were not moved since.',
          'gate_refused',
          'alerts/gate-refused.md',
        ),
      ],
    },
    {
      title: 'Comparisons with the log',
      panels: [
        {
          title: 'Documents that differ',
          says: 'At the last whole verify. Normal: 0.',
          unit: 'short',
          bad: { from: 1 },
          page: 'alerts/verify-differs.md',
          queries: [
            { expr: `max by (projection) (${at('verify_differing_documents')})`, legend: '{{projection}}' },
          ],
        },
        {
          title: 'Age of the last verify',
          says: 'The chart compares every hour.',
          unit: 's',
          bad: { from: 10_800 },
          page: 'alerts/verify-too-old.md',
          queries: [{ expr: `max by (projection) (${at('verify_age_seconds')})`, legend: '{{projection}}' }],
        },
      ],
    },
    {
      title: 'The way back',
      panels: [
        {
          title: 'How fresh it is',
          says: 'Age of the oldest event that the standby generation lacks: what a rollback would not show at once.',
          unit: 's',
          bad: { from: 300 },
          page: 'alerts/way-back-not-fresh.md',
          queries: [
            {
              expr: `max by (projection, generation) (${at('read_model_lag_seconds', 'state="STANDBY"')})`,
              legend: '{{projection}} {{generation}}',
            },
          ],
        },
        {
          title: 'Records it lacks',
          says: 'Records of the log that the standby generation does not hold yet.',
          unit: 'short',
          page: 'alerts/way-back-not-fresh.md',
          queries: [
            {
              expr: `max by (projection, generation) (${at('read_model_lag_events', 'state="STANDBY"')})`,
              legend: '{{projection}} {{generation}}',
            },
          ],
        },
        {
          title: 'Partitions that nobody feeds',
          says: 'Of the standby generation. Normal: 0.',
          unit: 'short',
          bad: { from: 1 },
          page: 'alerts/way-back-not-fresh.md',
          queries: [
            {
              expr: `max by (projection) (${at('read_model_unfed_partitions', 'state="STANDBY"')})`,
              legend: '{{projection}}',
            },
          ],
        },
      ],
    },
  ],
};

import { fileURLToPath } from 'node:url';

export const workspace = fileURLToPath(new URL('../../../', import.meta.url));
/** Where the chart has its alerts and dashboards. */
export const [rules, dashboards] = [
  `${workspace}helm/reprise/files/rules/`,
  `${workspace}helm/reprise/files/dashboards/`,
];
/** The pages of the runbook. */
export const runbook = `${workspace}docs/runbook/`;

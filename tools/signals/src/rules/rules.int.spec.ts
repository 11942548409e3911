import { describeWith } from '@reprise/test-kit';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { rules } from '../chart-files.ts';
import { alerts, ruleFiles } from './rule-files.ts';

const folder = `${import.meta.dirname}/series/`;
const files = readdirSync(folder).sort();

interface Asserted {
  readonly alertname: string;
  readonly exp_alerts: readonly { readonly exp_labels: Readonly<Record<string, string>> }[];
}

const asserted = files.flatMap((file) => {
  const { tests } = parse(readFileSync(`${folder}${file}`, 'utf8')) as {
    tests: readonly { readonly alert_rule_test: readonly Asserted[] }[];
  };
  return tests.flatMap((test) => test.alert_rule_test);
});

function promtool(...args: readonly string[]): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { code: status, said: `${stdout}${stderr}` };
}

describeWith('promtool', 'the alerts, as Prometheus evaluates them', () => {
  it.each(ruleFiles)('are rules that it takes: %s', (file) => {
    expect(promtool('check', 'rules', `${rules}${file}`)).toMatchObject({ code: 0 });
  });

  it.each(files)(
    'fire and stay quiet as series %s says, with the words that somebody is woken with',
    (file) => {
      const { code, said } = promtool('test', 'rules', `${folder}${file}`);
      expect(code === 0 ? '' : said).toBe('');
    },
  );
});

describe('the series', () => {
  const keyOf = (name: string, labels: Readonly<Record<string, string>> | undefined): string =>
    [name, labels?.['severity'], labels?.['window'] ?? ''].join(' ');

  it('make every alert fire, each of its windows alone, and leave it quiet elsewhere', () => {
    const fired = asserted.flatMap(({ alertname, exp_alerts }) =>
      exp_alerts.map((one) => keyOf(alertname, one.exp_labels)),
    );
    const quiet = asserted.flatMap(({ alertname, exp_alerts }) =>
      exp_alerts.length === 0 ? [alertname] : [],
    );
    expect([...new Set(fired)].sort()).toEqual(
      alerts.map(({ alert, labels }) => keyOf(alert, labels)).sort(),
    );
    expect([...new Set(quiet)].sort()).toEqual([...new Set(alerts.map(({ alert }) => alert))].sort());
  });
});

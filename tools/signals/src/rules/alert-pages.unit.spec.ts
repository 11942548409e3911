import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { runbook, workspace } from '../chart-files.ts';
import { demandsOf } from '../promql/demands.ts';
import { alerts } from './rule-files.ts';

/** What the page of an alert begins with, in this order. */
const beginning = [
  'What it means',
  'How bad it is',
  'What to look at',
  'What to do',
  'When to stop, and whom to call',
];

describe('an alert', () => {
  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s says what happened, how urgent it is, and where it is written what to do',
    (_, { labels, annotations, expr }) => {
      expect(['page', 'ticket']).toContain(labels?.['severity']);
      expect(annotations).toEqual({
        summary: expect.stringMatching(/^\S.{10,79}$/) as string,
        description: expect.stringMatching(/^[A-Z{].{30,}\.$/s) as string,
        runbook_url: expect.stringMatching(/^docs\/runbook\/alerts\/[a-z-]+\.md$/) as string,
      });
      expect(demandsOf(expr).length).toBeGreaterThan(0);
    },
  );

  it.each([...new Set(alerts.map(({ annotations }) => annotations!['runbook_url']!))])(
    'has its page, which begins with what somebody needs who was woken: %s',
    (page) => {
      expect(existsSync(`${workspace}${page}`)).toBe(true);
      const text = readFileSync(`${workspace}${page}`, 'utf8');
      const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
      expect(headings.slice(0, beginning.length)).toEqual(beginning);
      for (const section of text.split(/^## .*$/m).slice(1)) expect(section.trim()).not.toBe('');
      const named = alerts.filter(({ annotations }) => annotations!['runbook_url'] === page);
      for (const { alert } of named) expect(text).toContain(`\`${alert}\``);
    },
  );

  it('is the reason of every page of alerts', () => {
    const pages = alerts.map(({ annotations }) => annotations!['runbook_url']!.replace(/.*\//, ''));
    expect(readdirSync(`${runbook}alerts`).sort()).toEqual([...new Set(pages)].sort());
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { rules } from '../chart-files.ts';

export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
export interface Alert extends Rule {
  readonly alert: string;
}

export const ruleFiles: readonly string[] = readdirSync(rules).sort();

const all: readonly Rule[] = ruleFiles.flatMap((file) => {
  const { groups } = parse(readFileSync(`${rules}${file}`, 'utf8')) as {
    groups: readonly { rules: readonly Rule[] }[];
  };
  return groups.flatMap((group) => group.rules);
});

/** Every rule of the chart that fires; one name may have several, by the window they look at. */
export const alerts: readonly Alert[] = all.filter((rule): rule is Alert => rule.alert !== undefined);

/** Every rule that computes a series ahead. */
export const records: readonly Rule[] = all.filter(({ record }) => record !== undefined);

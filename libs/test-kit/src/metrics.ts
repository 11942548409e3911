import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from './workspace-root.ts';

/** Names of the metrics in an answer of `GET /metrics`, sorted, without the default ones of prom-client. */
export function exposedMetrics(answer: string): string[] {
  return [...answer.matchAll(/^# TYPE (\S+)/gm)]
    .map(([, name]) => name!)
    .filter((name) => !/^(process|nodejs)_/.test(name))
    .sort();
}

/** Names of the metrics that docs/reference/metrics.md promises of an application, sorted, with those of every server. */
export function documentedMetrics(application: string): string[] {
  const page = readFileSync(join(workspaceRoot, 'docs/reference/metrics.md'), 'utf8');
  const [ofEvery, ...sections] = page.split(/^## /m);
  const own = sections.find((section) => section.startsWith(`${application}\n`));
  if (own === undefined && !ofEvery!.includes(application))
    throw new Error(`docs/reference/metrics.md has no section ${application}`);
  const rows = [...(own ?? '').matchAll(/^\| `(\S+)`/gm)].map(([, name]) => name!);
  // Wherever a line of the text begins; `_seconds` and `process_*` are no names.
  return [...rows, ...[...ofEvery!.matchAll(/`([a-z]\w*_\w+)`/g)].map(([, name]) => name!)].sort();
}

/** How a name says its unit; `_total` and `_info` count, or are 1. */
const unitInName = /_(seconds|bytes|ratio|total|info)$/;
/** How a help text begins where the name does not say it: with what is counted, or with what 1 means. */
const unitInHelp =
  /^(1 |((number|maximum number) of|committed|repair) |(events|records|partitions|generations|documents|aggregates|dead letters)\b)/i;

/** Series of one metric that are still bounded: partitions, generations and routes of a test are few. */
const mostSeries = 300;
/** What no value of a label may look like: ids, addresses, credentials, and texts without an end. */
const unbounded = [
  ['an id', /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/i],
  ['a URL', /:\/\//],
  ['a credential', /\b(?:rp_|Bearer |eyJ)/],
  ['a long number', /\d{9,}/],
  ['a long text', /^.{81,}$/],
] as const;

/**
 * What is wrong with an answer of `GET /metrics`, a sentence for each: metrics without a help text or a unit, labels whose values have no bound,
 * and secrets.
 * @param secrets texts that must not be in it
 */
export function metricProblems(answer: string, secrets: readonly string[]): string[] {
  const problems = new Set<string>();
  const series = new Map<string, Set<string>>();
  const helps = new Map(
    [...answer.matchAll(/^# HELP (\S+) (\S.*)$/gm)].map(([, name, help]) => [name!, help!]),
  );
  for (const [, name] of answer.matchAll(/^# TYPE (\S+)/gm)) {
    const help = helps.get(name!);
    if (help === undefined) problems.add(`${name} has no help text`);
    else if (!unitInName.test(name!) && !unitInHelp.test(help)) problems.add(`${name} has no unit`);
  }
  for (const [, sample, labels = ''] of answer.matchAll(/^([a-z_]\w*)(?:\{(.*)\})? \S+$/gim)) {
    const name = [...helps.keys()].find(
      (one) => sample === one || sample!.replace(/_(bucket|sum|count)$/, '') === one,
    );
    if (name === undefined) problems.add(`${sample} belongs to no metric with a help text`);
    const own = series.get(name ?? sample!) ?? new Set();
    series.set(name ?? sample!, own.add(labels.replace(/\ble="[^"]*",?/, '')));
    for (const [, label, value] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      for (const [what, pattern] of unbounded)
        // The names of generations hold the second of their making; the registry bounds how many there are.
        if (label !== 'generation' && pattern.test(value!))
          problems.add(`${name}: label ${label} holds ${what}: ${value}`);
  }
  for (const [name, { size }] of series) if (size > mostSeries) problems.add(`${name} has ${size} series`);
  for (const secret of secrets) if (answer.includes(secret)) problems.add('a secret is in the answer');
  return [...problems];
}

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
  if (own === undefined) throw new Error(`docs/reference/metrics.md has no section ${application}`);
  const rows = [...own.matchAll(/^\| `(\S+)`/gm)].map(([, name]) => name!);
  return [...rows, ...[...ofEvery!.matchAll(/^`(\S+)`/gm)].map(([, name]) => name!)].sort();
}

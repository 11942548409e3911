import { demandsOf } from '../promql/demands.ts';

/** Labels by metric, of everything that stands in answers of `GET /metrics`. */
export function exposedIn(answers: string): ReadonlyMap<string, ReadonlySet<string>> {
  const exposed = new Map<string, Set<string>>();
  for (const [, name, labels = ''] of answers.matchAll(/^([a-z]\w*)(?:\{(.*)\})? \S+$/gm)) {
    const known = exposed.get(name!) ?? new Set();
    for (const [, label] of labels.matchAll(/(?:^|,)(\w+)="/g)) known.add(label!);
    exposed.set(name!, known);
  }
  return exposed;
}

export interface Known {
  readonly exposed: ReadonlyMap<string, ReadonlySet<string>>;
  /** The page of metrics, which tests compare with the code: what appears only now and then counts where it stands there. */
  readonly documented: string;
  /** Series that rules compute. */
  readonly own: readonly string[];
}

/** Labels that Prometheus adds when it scrapes, and its own metric of alerts. */
const added = new Set(['namespace', 'job', 'instance', 'pod', 'service']);
const prometheus = new Set(['ALERTS']);

/** What expressions ask for and nobody exposes, one line each. */
export function missingOf(expressions: readonly string[], { exposed, documented, own }: Known): string[] {
  const missing = expressions.flatMap((expr) =>
    demandsOf(expr).flatMap(({ metric, labels }) => {
      if (own.includes(metric) || prometheus.has(metric)) return [];
      const known = exposed.get(metric);
      const row = documented
        .split('\n')
        .find((line) => line.includes(`\`${metric.replace(/_bucket$|_count$/, '')}\``));
      if (known === undefined) return row === undefined ? [`${metric} is not exposed: ${expr}`] : [];
      const lacking = [...labels].filter((label) => !known.has(label) && !added.has(label));
      return lacking.map((label) => `${metric} has no label ${label}: ${expr}`);
    }),
  );
  return [...new Set(missing)];
}

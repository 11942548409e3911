import type { PodFigures, Usage } from './figures.ts';

/** How a step ended: what was seen, or undefined where it failed. */
export interface Result {
  readonly name: string;
  readonly title: string;
  readonly seen: string;
  readonly passed: boolean;
  readonly seconds: number;
}

/** What the cluster is, for the page. */
export interface Surroundings {
  readonly kubernetes: string;
  readonly helm: string;
  readonly nodes: string;
  readonly runtime: string;
  readonly servers: string;
}

const start = '<!-- written by npm run -s test:cluster -->';

/** Replaces the last result on the page by this one. Everything before the mark stays. */
export function pageWith(
  page: string,
  results: readonly Result[],
  world: Surroundings,
  figures: string,
): string {
  const before = page.slice(0, page.indexOf(start));
  const items = results.map(
    ({ name, title, seen, passed, seconds }) =>
      `- ${passed ? title : `**FAILED** ${title}`} (\`${name}\`, ${seconds} s): ${seen.split('\n')[0]}`,
  );
  const lines = [
    `Kubernetes ${world.kubernetes}, ${world.nodes}, ${world.runtime}; Helm ${world.helm}; ${world.servers}.`,
    '',
    ...items,
    '',
    'The largest pod of each component; memory is the working set at its peak, processor time an average in thousandths of a core:',
    '',
    figures,
  ];
  return `${before}${start}\n\n${lines.join('\n')}\n`;
}

/** The table of what pods take. */
export function figuresTable(figures: ReadonlyMap<string, PodFigures>): string {
  const shown = (usage: Usage | undefined, of: keyof Usage): string =>
    usage === undefined ? '' : `${Math.round(usage[of])} ${of === 'memory' ? 'Mi' : 'm'}`;
  const rows = [...figures]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(
      ([component, { rest, load }]) =>
        `| ${component} | ${shown(rest, 'memory')} | ${shown(rest, 'cpu')} | ${shown(load, 'memory')} | ${shown(load, 'cpu')} |`,
    );
  return [
    '| pod | memory at rest | processor at rest | memory under load | processor under load |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

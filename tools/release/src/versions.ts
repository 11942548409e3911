/** What a release of a version looks at. */
export interface Candidate {
  /** The tag, `v1.2.3`. */
  readonly tag: string;
  /** Version of the workspace. */
  readonly workspace: string;
  /** Versions of the packages that are published, by name. */
  readonly packages: Readonly<Record<string, string>>;
  readonly chart: { readonly version: string; readonly appVersion: string };
  /** What the release before this one had; undefined for the first. */
  readonly previous?: {
    readonly tag: string;
    readonly chartVersion: string;
    /** Whether a file of the chart has changed since. */
    readonly chartChanged: boolean;
  };
}

const pattern = /^v(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?$/;

/** Why a candidate cannot be released, one line each; empty where it can. */
export function problemsOf({ tag, workspace, packages, chart, previous }: Candidate): string[] {
  const problems: string[] = [];
  const version = tag.slice(1);
  if (!pattern.test(tag)) problems.push(`The tag ${tag} is no version. It has to be like v1.2.3`);
  if (workspace !== version) problems.push(`package.json says ${workspace}, and the tag ${version}`);
  for (const [name, own] of Object.entries(packages)) {
    if (own !== version) problems.push(`${name} says ${own}, and the tag ${version}`);
  }
  if (chart.appVersion !== version)
    problems.push(`The chart installs ${chart.appVersion} (appVersion), and the tag is ${version}`);
  if (previous && compare(tag, previous.tag) <= 0) problems.push(`${tag} is not later than ${previous.tag}`);
  if (previous?.chartChanged && compare(`v${chart.version}`, `v${previous.chartVersion}`) <= 0)
    problems.push(
      `The chart has changed since ${previous.tag}, where its version was ${previous.chartVersion}, and is still ${chart.version}: raise it in Chart.yaml`,
    );
  return problems;
}

/** Less than 0 where the first version is the earlier one. A pre-release comes before its release. */
export function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((tag) => pattern.exec(tag));
  if (!a || !b) return 0;
  for (const part of [1, 2, 3]) {
    const difference = Number(a[part]) - Number(b[part]);
    if (difference !== 0) return difference;
  }
  if (a[4] === b[4]) return 0;
  if (a[4] === undefined) return 1;
  if (b[4] === undefined) return -1;
  return a[4].localeCompare(b[4], 'en', { numeric: true });
}

import { spawnSync } from 'node:child_process';

/** An advisory that does not concern the applications, and why: by its id, such as GHSA-xxxx-xxxx-xxxx. */
export type Explained = Readonly<Record<string, string>>;

/** None at present. One that no package has any more has to go. */
export const explained: Explained = {};

/** What comes of asking the registry; `unaudited` says why it could not answer. */
export interface Audited {
  readonly problems: readonly string[];
  readonly unaudited: string | undefined;
}

interface Report {
  readonly vulnerabilities?: Readonly<Record<string, { readonly via: readonly (string | Advisory)[] }>>;
  readonly message?: string;
  readonly error?: { readonly summary?: string };
}

interface Advisory {
  readonly name: string;
  readonly title: string;
  readonly url: string;
  readonly severity: string;
  readonly range: string;
}

/** Asks the registry for advisories on what is not only for development. */
export function auditPackages(root: string): Audited {
  const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    ...{ cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28, timeout: 120_000 },
  });
  if (error) throw error;
  return judge(stdout, explained);
}

/** @param text what `npm audit --json` printed */
export function judge(text: string, known: Explained): Audited {
  const { vulnerabilities, message, error } = (text.startsWith('{') ? JSON.parse(text) : {}) as Report;
  if (!vulnerabilities) return { problems: [], unaudited: message ?? error?.summary ?? 'it gave no report' };
  const found = new Map(
    Object.values(vulnerabilities)
      .flatMap(({ via }) => via)
      .flatMap((one) => (typeof one === 'string' ? [] : [[idOf(one), one] as const])),
  );
  const unexplained = [...found]
    .filter(([id]) => known[id] === undefined)
    .map(([id, { name, range, severity, title }]) => `${id}: ${name} ${range}, ${severity}: ${title}`);
  const gone = Object.keys(known)
    .filter((id) => !found.has(id))
    .map((id) => `${id} is explained, and no package has it any more: take it out`);
  return { problems: [...unexplained, ...gone], unaudited: undefined };
}

function idOf({ url }: Advisory): string {
  return url.split('/').at(-1)!;
}

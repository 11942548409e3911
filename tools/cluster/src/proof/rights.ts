import type { Cluster } from './cluster.ts';
import { outputOf } from './run-program.ts';

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** The rights of a rule, one line each, as in `get cronjobs.batch/NAME`. */
export function rightsIn({ verbs, apiGroups = [], resources = [], resourceNames = [] }: Rule): string[] {
  const names = resourceNames.length === 0 ? [''] : resourceNames.map((name) => `/${name}`);
  return verbs.flatMap((verb) =>
    resources.flatMap((resource) =>
      apiGroups.flatMap((group) =>
        names.map((name) => `${verb} ${resource}${group === '' ? '' : `.${group}`}${name}`),
      ),
    ),
  );
}

/** What a service account may do in the namespace beyond what every account may, as the API server says. */
export async function rightsOf(cluster: Cluster, account: string): Promise<readonly string[]> {
  const ofEverybody = new Set(await allRightsOf(cluster, 'default'));
  return (await allRightsOf(cluster, account)).filter((right) => !ofEverybody.has(right)).sort();
}

async function allRightsOf({ namespace }: Cluster, account: string): Promise<string[]> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace },
  };
  const as = ['--as', `system:serviceaccount:${namespace}:${account}`];
  const said = await outputOf(
    'kubectl',
    ['create', ...as, '--validate=false', '--filename', '-', '--output', 'json'],
    {
      input: JSON.stringify(review),
    },
  );
  const { status } = JSON.parse(said) as { status: { resourceRules: Rule[] } };
  return status.resourceRules.flatMap(rightsIn);
}

/** Whether a service account may do something: `create jobs.batch`, in its namespace or another one. */
export async function may(
  cluster: Cluster,
  account: string,
  right: string,
  namespace = cluster.namespace,
): Promise<boolean> {
  const as = ['--as', `system:serviceaccount:${cluster.namespace}:${account}`];
  const [verb = '', resource = ''] = right.split(' ');
  // After a slash kubectl expects a name; parts of a pod are for another option.
  const [, whole = resource, part] = /^(pods)\/(\w+)$/.exec(resource) ?? [];
  const what = [verb, whole, ...(part === undefined ? [] : ['--subresource', part])];
  // It ends with 1 for a no.
  const ask = ['auth', 'can-i', ...what, ...as, '--namespace', namespace];
  const said = await outputOf('kubectl', ask).catch((error: Error) => error.message);
  if (/^yes$/m.test(said)) return true;
  if (/^no\b/m.test(said)) return false;
  throw new Error(said);
}

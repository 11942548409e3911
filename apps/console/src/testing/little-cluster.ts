import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, request, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterFile } from '@reprise/test-kit';
import type { ClusterAccess } from '../jobs/cluster-api.ts';
import type { JobManifest, JobTemplate } from '../jobs/job-manifest.ts';
import type { ClusterJob, Pod } from '../jobs/pod-state.ts';

/** A rule of a Role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Run {
  readonly job: JobManifest & ClusterJob;
  readonly pod: Pod;
  readonly child: ChildProcess;
  readonly log: () => string;
}

export interface LittleCluster {
  readonly access: ClusterAccess;
  /** What the service account may do; may be changed. */
  rules: readonly Rule[];
  /** Answers instead of the server, unless undefined. */
  instead: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  readonly jobs: ReadonlyMap<string, Run>;
  /** Name of a container that is put before the others of each pod, as a proxy of a mesh is; it ends well. Undefined: none. */
  sidecar: string | undefined;
  /** Takes a Job away with its pod, as somebody who deletes it. */
  remove(name: string): void;
  renewToken(token: string): void;
  token(): string;
  /** Asks it without the adapter. */
  ask(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: object | '',
  ): Promise<{ readonly status: number; readonly body: unknown }>;
}

const namespace = 'shop';

/**
 * The part of a Kubernetes API server that starting and following a Job takes, over TLS with an authority that nobody else knows, a token and the
 * rules of a Role. A Job's container is run as a process of this machine. Its answers are formed like those of a real server.
 */
export async function littleCluster(
  templates: Readonly<Record<string, JobTemplate>>,
): Promise<LittleCluster> {
  const account = mkdtempSync(join(tmpdir(), 'little-cluster-'));
  const file = (name: string): string => join(account, name);
  const subject = ['-subj', '/CN=little-cluster', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', ...key, ...subject, '-keyout', file('key'), '-out', file('ca.crt')], {
    stdio: 'ignore',
  });
  writeFileSync(file('namespace'), `${namespace}\n`);
  let token = 'first';
  writeFileSync(file('token'), token);

  const jobs = new Map<string, Run>();
  const server = createServer({ key: readFileSync(file('key')), cert: readFileSync(file('ca.crt')) });
  const cluster: LittleCluster = {
    access: undefined!,
    rules: [],
    instead: undefined,
    sidecar: undefined,
    jobs,
    remove: (name) => {
      jobs.get(name)?.child.kill('SIGKILL');
      jobs.delete(name);
    },
    token: () => token,
    ask: (method, path, headers, body) =>
      asked(
        new URL(path, cluster.access.server),
        { method, headers, ca: readFileSync(file('ca.crt')) },
        body,
      ),
    renewToken: (next) => writeFileSync(file('token'), (token = next)),
  };

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (cluster.instead?.(request, response)) return;
    void text(request).then((body) => answer(request, response, body));
  });

  function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const send = (code: number, value: unknown): void => {
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (request.headers.authorization !== `Bearer ${token}`)
      return send(401, statusOf(401, 'Unauthorized', 'Unauthorized'));
    const asked = readAddress(request.method!, request.url!);
    const right = { verb: asked.verb, group: asked.group, resource: asked.resource, name: asked.name };
    if (!cluster.rules.some((rule) => allows(rule, right)))
      return send(403, statusOf(403, 'Forbidden', forbidden(right), asked));
    const missing = (): void =>
      send(404, statusOf(404, 'NotFound', `${kindOf(asked)} "${asked.name}" not found`, asked));
    if (asked.resource === 'cronjobs') {
      const template = templates[asked.name];
      return template ? send(200, template) : missing();
    }
    if (asked.verb === 'create') {
      const job = JSON.parse(body) as JobManifest;
      const { name } = job.metadata;
      if (jobs.has(name))
        return send(
          409,
          statusOf(409, 'AlreadyExists', `${kindOf(asked)} "${name}" already exists`, { ...asked, name }),
        );
      jobs.set(name, begin(job, file(`${name}.log`), cluster.sidecar));
      return send(201, jobs.get(name)!.job);
    }
    if (asked.resource === 'jobs') {
      const found = jobs.get(asked.name);
      return found ? send(200, found.job) : missing();
    }
    if (asked.resource === 'pods') {
      const name = /^batch\.kubernetes\.io\/job-name=(.+)$/.exec(asked.query.get('labelSelector') ?? '')?.[1];
      const found = name === undefined ? undefined : jobs.get(name);
      return send(200, { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: found ? [found.pod] : [] });
    }
    const found = [...jobs.values()].find(({ pod }) => pod.metadata.name === asked.name);
    if (!found) return missing();
    const container = asked.query.get('container') ?? '';
    const all = found.pod.status!.containerStatuses!.map(({ name }) => name);
    if (container === '' && all.length > 1) {
      const message = `a container name must be specified for pod ${asked.name}, choose one of: [${all.join(' ')}]`;
      return send(400, statusOf(400, 'BadRequest', message));
    }
    const lines = (container === cluster.sidecar ? 'proxy\n' : found.log()).split('\n');
    const last = Number(asked.query.get('tailLines')) + 1;
    response.writeHead(200, { 'content-type': 'text/plain' }).end(lines.slice(-last).join('\n'));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => {
    for (const { child } of jobs.values()) child.kill('SIGKILL');
    rmSync(account, { recursive: true });
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(cluster, { access: { server: new URL(`https://127.0.0.1:${port}`), account } });
}

async function asked(
  address: URL,
  options: RequestOptions,
  body: object | '' = '',
): Promise<{ status: number; body: unknown }> {
  const call = request(address, options).end(body === '' ? undefined : JSON.stringify(body));
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return { status: response.statusCode!, body: JSON.parse(await text(response)) as unknown };
}

/** Runs the container of a Job as a process, and keeps Job and pod up to date with it. */
function begin(manifest: JobManifest, file: string, sidecar: string | undefined): Run {
  const [container] = manifest.spec.template.spec.containers;
  const own = Object.fromEntries(
    (container!.env ?? []).map((variable) => {
      const { name, value = '' } = variable as { name: string; value?: string };
      return [name, value];
    }),
  );
  const env = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, expanded(value, own)]));
  const args = (container!.args ?? []).map((arg) => expanded(arg, env));
  // Both outputs in one, as the log of a pod has them.
  const output = openSync(file, 'a');
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const statuses = (state: object) => [
    ...(sidecar === undefined
      ? []
      : [{ name: sidecar, state: { terminated: { exitCode: 0, reason: 'Completed' } } as object }]),
    { name: container!.name, state },
  ];
  const job = { ...manifest, status: {} } as { -readonly [K in keyof Run['job']]: Run['job'][K] };
  const pod = {
    metadata: { name: `${manifest.metadata.name}-x7k2p`, creationTimestamp: new Date().toISOString() },
    status: { phase: 'Running', containerStatuses: statuses({ running: {} }) },
  };
  child.on('close', (code, signal) => {
    const exitCode = code ?? 137;
    pod.status = {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      containerStatuses: statuses({ terminated: { exitCode, reason: signal ?? 'Completed' } }),
    };
    job.status = { conditions: [{ type: exitCode === 0 ? 'Complete' : 'Failed', status: 'True' }] };
  });
  return { job, pod, child, log: () => readFileSync(file, 'utf8') };
}

/** As Kubernetes puts values in the place of `$(NAME)`. */
function expanded(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(\$|\(([^)]+)\))/g, (all, what: string, name: string) =>
    what === '$' ? '$' : (env[name] ?? all),
  );
}

interface Asked {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name: string;
  readonly query: URLSearchParams;
}

function readAddress(method: string, address: string): Asked {
  const url = new URL(address, 'https://any');
  const parts =
    /^\/(?:api\/v1|apis\/([^/]+)\/v1)\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(
      url.pathname,
    );
  const [, group = '', , resource = '', name = '', part] = parts ?? [];
  const verb = method === 'POST' ? 'create' : name === '' ? 'list' : 'get';
  return {
    ...{ verb, group, name: decodeURIComponent(name), query: url.searchParams },
    resource: part === undefined ? resource : `${resource}/${part}`,
  };
}

type AskedRight = Pick<Asked, 'verb' | 'group' | 'resource' | 'name'>;

function allows(rule: Rule, { verb, group, resource, name }: AskedRight): boolean {
  const { apiGroups, resources, resourceNames, verbs } = rule;
  return (
    apiGroups.includes(group) &&
    resources.includes(resource) &&
    verbs.includes(verb) &&
    (resourceNames?.includes(name) ?? true)
  );
}

function forbidden({ verb, group, resource, name }: AskedRight): string {
  const whose = 'User "system:serviceaccount:shop:trial-console"';
  return `${kindOf({ group, resource })}${name === '' ? '' : ` "${name}"`} is forbidden: ${whose} cannot ${verb} resource "${resource}" in API group "${group}" in the namespace "shop"`;
}

/** As messages name it: `jobs.batch`. */
function kindOf({ group, resource }: Pick<Asked, 'group' | 'resource'>): string {
  const [kind = ''] = resource.split('/');
  return group === '' ? kind : `${kind}.${group}`;
}

function statusOf(
  code: number,
  reason: string,
  message: string,
  asked?: Pick<Asked, 'group' | 'resource' | 'name'>,
): object {
  const details = asked && {
    ...(asked.name !== '' && { name: asked.name }),
    ...(asked.group !== '' && { group: asked.group }),
    kind: asked.resource.split('/')[0],
  };
  return {
    ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
    ...(details && { details }),
  };
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysFileText, newKey } from '@reprise/access';
import {
  buildImageFromTree,
  engineOutput,
  findEngine,
  imageBase,
  init,
  makeProductionTree,
} from '@reprise/images';
import { loopbackPorts } from '../../local/forward.ts';
import { until } from '../cluster.ts';
import { outputOf } from '../run-program.ts';
import { access, ensure, type Step, type World } from '../world.ts';

const root = join(import.meta.dirname, '../../../../..');

/** Versions of the search index: of this release, and of the next one. */
const versions = { current: 2, next: 3 } as const;

/** What makes the next release's search index another one: its number, in the projection and in the mapping. */
const versioned = ['product-search.js', 'storage.js'].map(
  (file) => `libs/product/read_model/dist/product-search/${file}`,
);

export const loadImages: Step = {
  name: 'images',
  title: 'Images of this release and of one with another projection are on the nodes',
  async prove({ image, load, folder }: World): Promise<string> {
    if (!load) return `the nodes pull ${image.repository}`;
    const engine = findEngine();
    if (!engine) throw new Error('No image can be built here: Podman or Docker, and tini, are missing.');
    const context = join(folder, 'context');
    const tree = join(context, 'reprise');
    mkdirSync(context, { recursive: true });
    makeProductionTree({ root, out: tree, init });
    const name = (tag: string): string => `${image.repository}:${tag}`;
    const { base } = imageBase(engine, join(folder, 'base'), name('base'));
    const release = async (tag: string): Promise<void> => {
      buildImageFromTree(engine, { context, tag: name(tag), base, version: '0.0.0', revision: tag });
      const archive = join(folder, `${tag}.tar`);
      engineOutput(engine, 'save', '--output', archive, name(tag));
      await outputOf(load[0]!, [...load.slice(1), archive]);
    };
    await release(image.current);
    const current = new RegExp(`(version|schemaVersion): ${versions.current},`);
    for (const file of versioned.map((path) => join(tree, path))) {
      const text = readFileSync(file, 'utf8');
      const next = text.replace(current, `$1: ${versions.next},`);
      ensure(next !== text, `${file} has no version ${versions.current} that could be raised`);
      writeFileSync(file, next);
    }
    await release(image.next);
    const size = Number(
      engineOutput(engine, 'image', 'inspect', '--format', '{{.Size}}', name(image.current)),
    );
    return `${(size / 1e6).toFixed(0)} MB`;
  },
};

/** A pod that nothing of the chart makes; as confined as those are. */
const client = (image: string, pullPolicy: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'client' },
  spec: {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'client',
        image,
        imagePullPolicy: pullPolicy,
        args: ['--eval', 'setInterval(() => undefined, 1e9)'],
        env: [{ name: 'REPRISE_API_KEY', valueFrom: { secretKeyRef: { name: access.secret, key: 'key' } } }],
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
        },
      },
    ],
  },
});

/** A key that allows everything: the client holds it, and applications its hash. */
function accessSecret(): object {
  const { id, text, hash } = newKey('cluster');
  const keys = [{ id, name: 'client', hash, scopes: ['*'], expiresAt: undefined }];
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: access.secret },
    stringData: { key: text, [access.file]: keysFileText(keys) },
  };
}

export const reachServers: Step = {
  name: 'servers',
  title: 'Pods reach the servers',
  async prove({ cluster, image, servers, load }: World): Promise<string> {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: cluster.namespace, labels: servers ? labels : {} },
    });
    await until('the service account of the namespace', () => cluster.get('serviceaccount', 'default'));
    await cluster.apply(accessSecret());
    await cluster.apply(client(`${image.repository}:${image.current}`, load ? 'Never' : 'IfNotPresent'));
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/client', '--timeout=180s');
    if (!servers) return 'the chart brings its own, for development';
    ensure(
      loopbackPorts(servers).length === 0,
      'The environment names servers on 127.0.0.1, which no pod reaches.',
    );
    const urls = Object.fromEntries(
      Object.entries(servers).filter(([name]) => name.endsWith('DATABASE_URL') || name.endsWith('OWNER_URL')),
    );
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'servers' },
      stringData: urls,
    });
    const hosts = [
      ...servers['KAFKA_BROKERS']!.split(','),
      ...[servers['ELASTICSEARCH_NODE']!, ...Object.values(urls)].map((url) => new URL(url).host),
    ];
    const failed = await cluster.inClient<string[]>('reach', ...new Set(hosts));
    ensure(failed.length === 0, failed.join('\n'));
    const served = await cluster.inClient<string[]>(
      'served',
      servers['ELASTICSEARCH_NODE']!,
      'product_search',
    );
    const left = served.find((name) => name.startsWith(`product_search_v${versions.next}_`));
    ensure(
      left === undefined,
      `Readers are on ${left}, where an earlier proof left them that did not come to its end. This release does not feed it, so its consumers would ` +
        'never be ready. Begin with empty servers: npm run -s stack -- reset',
    );
    return [...new Set(hosts)].join(', ');
  },
};

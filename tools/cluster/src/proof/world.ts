import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import type { PodFigures } from './figures.ts';

/** What the steps share. */
export interface World {
  readonly cluster: Cluster;
  /** For values files and archives; deleted at the end. */
  readonly folder: string;
  readonly image: { readonly repository: string; readonly current: string; readonly next: string };
  /** The command that gives an image archive to the nodes; undefined where they pull. */
  readonly load?: readonly string[];
  /** Servers that the environment names; undefined where the chart brings its own for development. */
  readonly servers?: Readonly<Record<string, string>>;
  /** Figures of the pods, by component; measured on the way. */
  readonly figures: Map<string, PodFigures>;
}

/** One thing that is proven. It throws where it does not hold, and returns what was seen. */
export interface Step {
  readonly name: string;
  readonly title: string;
  readonly prove: (world: World) => Promise<string>;
}

/** The Secret that says which keys applications accept, and where they find it. */
export const access = {
  secret: 'access',
  file: 'access-keys.json',
  folder: '/etc/reprise/access',
} as const;

const chart = join(import.meta.dirname, '../../../../helm/reprise');

/** Values of every installation here: room on a small node, and the servers. */
function valuesOf({ image, servers, load }: World): object {
  const small = { requests: { cpu: '50m', memory: '128Mi' } };
  const resources = { ...small, limits: { memory: '384Mi' } };
  return {
    image: { repository: image.repository, tag: image.current, pullPolicy: load ? 'Never' : 'IfNotPresent' },
    ...(servers
      ? {
          existingSecret: 'servers',
          kafka: { brokers: servers['KAFKA_BROKERS']!.split(',') },
          elasticsearch: { node: servers['ELASTICSEARCH_NODE'] },
        }
      : { developmentServers: { enabled: true } }),
    settings: { ACCESS_KEYS_FILE: `${access.folder}/${access.file}` },
    extraVolumes: [
      {
        name: 'access',
        secret: { secretName: access.secret, items: [{ key: access.file, path: access.file }] },
      },
    ],
    extraVolumeMounts: [{ name: 'access', mountPath: access.folder, readOnly: true }],
    productApi: { resources },
    recruitingApi: { replicas: 1, resources },
    searchApi: { resources },
    outboxRelay: { resources },
    projectionConsumer: { resources: { ...small, limits: { memory: '640Mi' } } },
    // Nobody writes to recruiting here.
    rebuild: { cpu: '100m', args: ['--allow-empty'] },
    verify: { resources: { ...small, limits: { memory: '640Mi' } } },
  };
}

/**
 * Installs or upgrades the release and waits until it runs.
 * @param values beyond those of every installation
 * @returns how long it took, in seconds
 */
export async function deploy(
  world: World,
  verb: 'install' | 'upgrade',
  values: object = {},
): Promise<number> {
  const files = [valuesOf(world), values].map((content, number) => {
    const file = join(world.folder, `values-${number}.json`);
    writeFileSync(file, JSON.stringify(content));
    return ['--values', file];
  });
  const start = performance.now();
  const waiting = ['--wait', '--wait-for-jobs', '--timeout', '15m'];
  await world.cluster.helm(verb, world.cluster.release, chart, ...files.flat(), ...waiting);
  return secondsSince(start);
}

export function secondsSince(start: number): number {
  return Math.round((performance.now() - start) / 1_000);
}

/** Throws unless something holds. @param what is the case otherwise */
export function ensure(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

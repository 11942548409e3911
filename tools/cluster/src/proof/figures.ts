import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import { outputOf } from './run-program.ts';

/** Memory in MiB and processor time in thousandths of a core, of one pod. */
export interface Usage {
  readonly memory: number;
  readonly cpu: number;
}

/** Of the largest pod of a component; undefined what was not measured. */
export interface PodFigures {
  readonly rest?: Usage;
  readonly load?: Usage;
}

interface Sample {
  readonly component: string;
  readonly memory: number;
  /** Seconds of processor time, and when that was read, in seconds. */
  readonly busy: number;
  readonly at: number;
}

/** A line of the kubelet's figures: what is measured, of which pod, and when in milliseconds. */
const line =
  /^container_(cpu_usage_seconds_total|memory_working_set_bytes)\{.*namespace="([^"]+)",pod="([^"]+)"\} (\S+) (\d+)$/gm;

/** What the kubelets say of the release's pods, by pod. */
async function sample(cluster: Cluster): Promise<Map<string, Sample>> {
  const pods = await cluster.list('pods', `app.kubernetes.io/instance=${cluster.release}`);
  const components = new Map(
    pods.map(({ metadata: { name, labels } }) => [name, labels?.['app.kubernetes.io/component'] ?? '']),
  );
  const nodes = (await outputOf('kubectl', ['get', 'nodes', '--output', 'name'])).trim().split('\n');
  const samples = new Map<string, Sample>();
  for (const node of nodes) {
    const path = `/api/v1/nodes/${node.replace('node/', '')}/proxy/metrics/resource`;
    const text = await outputOf('kubectl', ['get', '--raw', path]);
    for (const [, what, namespace, pod = '', value, at] of text.matchAll(line)) {
      const component = components.get(pod);
      if (component === undefined || namespace !== cluster.namespace) continue;
      const known = samples.get(pod) ?? { component, memory: 0, busy: 0, at: 0 };
      samples.set(
        pod,
        what === 'cpu_usage_seconds_total'
          ? { ...known, busy: Number(value), at: Number(at) / 1_000 }
          : { ...known, memory: Number(value) / 2 ** 20 },
      );
    }
  }
  return samples;
}

/**
 * Watches the release's pods until some work has ended.
 * @returns the largest pod of each component: most memory at one time, and processor time on average
 */
export async function watchPods(cluster: Cluster, work: Promise<unknown>): Promise<Map<string, Usage>> {
  const first = new Map<string, Sample>();
  const last = new Map<string, Sample>();
  const peaks = new Map<string, number>();
  let over = false;
  const ended = work.finally(() => (over = true));
  for (;;) {
    for (const [pod, now] of await sample(cluster)) {
      // A pod that has just begun, or has ended, has no figures.
      if (now.at === 0) continue;
      if (!first.has(pod)) first.set(pod, now);
      last.set(pod, now);
      peaks.set(pod, Math.max(peaks.get(pod) ?? 0, now.memory));
    }
    if (over) break;
    await Promise.race([delay(2_000), ended.catch(() => undefined)]);
  }
  await ended;
  const usage = new Map<string, Usage>();
  for (const [pod, { component, busy, at }] of last) {
    const before = first.get(pod)!;
    const cpu = at > before.at ? ((busy - before.busy) / (at - before.at)) * 1_000 : 0;
    const known = usage.get(component);
    usage.set(component, {
      memory: Math.max(known?.memory ?? 0, peaks.get(pod) ?? 0),
      cpu: Math.max(known?.cpu ?? 0, cpu),
    });
  }
  return usage;
}

/** Adds what was watched to what is known. */
export function record(
  figures: Map<string, PodFigures>,
  when: keyof PodFigures,
  usage: ReadonlyMap<string, Usage>,
): void {
  for (const [component, now] of usage) {
    const known = figures.get(component);
    const before = known?.[when];
    const largest = {
      memory: Math.max(before?.memory ?? 0, now.memory),
      cpu: Math.max(before?.cpu ?? 0, now.cpu),
    };
    figures.set(component, { ...known, [when]: largest });
  }
}

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findEngine, engineOutput, buildImage } from '@reprise/images';
import { makeCertificates } from './certificates.ts';
import { removeControlGroups } from './control-groups.ts';
import { buildPrograms, networkPlugins, requireMachine, type BuiltPrograms } from './programs.ts';
import { accounts, kubeconfig, pauseImage, settingsFiles } from './settings.ts';

export interface LocalCluster {
  /** Holds everything of it. */
  readonly folder: string;
  readonly kubeconfig: string;
  /** kubectl and Helm. */
  readonly bin: string;
  /** The command that gives an image archive to its nodes. */
  readonly load: readonly string[];
}

export function localCluster(folder: string): LocalCluster {
  return {
    folder,
    kubeconfig: join(folder, 'admin.kubeconfig'),
    bin: join(folder, 'bin'),
    load: ['ctr', '-a', join(folder, 'containerd.sock'), '-n', 'k8s.io', 'images', 'import'],
  };
}

/** The process that keeps a cluster; undefined when none runs. A pid alone may belong to another program by now. */
export function keeperOf(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(folder, 'keeper.pid'), 'utf8'));
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.includes('keep') && words.includes(folder) ? pid : undefined;
  } catch {
    return undefined;
  }
}

export interface UpOptions {
  readonly folder: string;
  /** Ports of servers on this machine that pods have to reach. */
  readonly ports: readonly number[];
  /** The command line that keeps the cluster, without its folder and ports. */
  readonly keeper: readonly string[];
  readonly report: (line: string) => void;
}

/**
 * Starts a cluster of one node and returns when the node is ready for pods.
 * @throws Error when the machine lacks something, one runs already, or it does not come up; whatever was started is ended
 */
export async function startCluster({ folder, ports, keeper, report }: UpOptions): Promise<LocalCluster> {
  requireMachine();
  if (keeperOf(folder) !== undefined)
    throw new Error(`A cluster runs in ${folder} already: npm run -s cluster -- down`);
  const programs = buildPrograms(report);
  const cluster = localCluster(folder);
  rmSync(folder, { recursive: true, force: true });
  writeFolder(cluster, programs);
  report('starting etcd, containerd and Kubernetes');
  const log = openSync(join(folder, 'logs/keeper.log'), 'a');
  const child = spawn(keeper[0]!, [...keeper.slice(1), folder, ...ports.map(String)], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  writeFileSync(join(folder, 'keeper.pid'), String(child.pid));
  try {
    await untilReady(cluster);
    loadPauseImage(cluster, programs.pause);
  } catch (error) {
    await stopCluster(folder);
    throw error;
  }
  return cluster;
}

/** How a cluster ended: none ran, it ended as it was asked to, or it was killed. */
export type ClusterEnd = 'none' | 'ended' | 'killed';

/**
 * Ends a cluster and everything in it.
 * @param patienceMs how long its keeper has before it is killed, and how long it then has
 * @throws Error where even that does not end it
 */
export async function stopCluster(folder: string, patienceMs = 30_000): Promise<ClusterEnd> {
  const pid = keeperOf(folder);
  if (pid === undefined) return 'none';
  process.kill(pid, 'SIGTERM');
  if (await isGone(folder, patienceMs)) return 'ended';
  // The cluster's processes die with their keeper. What it would have tidied up is left.
  process.kill(pid, 'SIGKILL');
  if (!(await isGone(folder, patienceMs)))
    throw new Error(
      `The process ${pid}, which keeps the cluster, cannot be ended: it waits for the kernel. Nothing in ${folder} was deleted.`,
    );
  await removeControlGroups();
  return 'killed';
}

async function isGone(folder: string, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (keeperOf(folder) !== undefined) {
    if (performance.now() > deadline) return false;
    await delay(100);
  }
  return true;
}

function writeFolder(cluster: LocalCluster, programs: BuiltPrograms): void {
  const { folder, bin } = cluster;
  for (const name of [bin, join(folder, 'logs'), join(folder, 'cni')]) mkdirSync(name, { recursive: true });
  for (const [name, from] of [
    ['cluster', programs.cluster],
    ['helm', programs.helm],
  ] as const) {
    place(from, join(bin, name));
  }
  writeFileSync(join(bin, 'kubectl'), `#!/bin/sh\nexec ${join(bin, 'cluster')} kubectl "$@"\n`, {
    mode: 0o755,
  });
  makeCertificates(folder);
  for (const account of Object.keys(accounts)) {
    const text = kubeconfig(account, (file) => readFileSync(join(folder, file)));
    writeFileSync(join(folder, `${account}.kubeconfig`), text, { mode: 0o600 });
  }
  for (const [name, text] of Object.entries(settingsFiles(folder, networkPlugins))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function place(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** Waits until the node takes pods and namespaces have their account. */
async function untilReady({ folder, bin, kubeconfig: config }: LocalCluster): Promise<void> {
  const kubectl = (...args: readonly string[]): string =>
    spawnSync(join(bin, 'kubectl'), ['--kubeconfig', config, ...args], { encoding: 'utf8' }).stdout;
  const isReady = (): boolean =>
    kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}') ===
      'True' && kubectl('get', 'serviceaccount', 'default', '-o', 'name') !== '';
  for (let tries = 0; !isReady(); tries += 1) {
    if (keeperOf(folder) === undefined || tries > 300)
      throw new Error(`The cluster did not come up. Its logs are in ${join(folder, 'logs')}`);
    await delay(1_000);
  }
}

function loadPauseImage({ folder, load }: LocalCluster, program: string): void {
  const engine = findEngine();
  if (!engine) throw new Error('No image can be built here: Podman or Docker, and tini, are missing.');
  const context = join(folder, 'pause');
  mkdirSync(context);
  place(program, join(context, 'pause'));
  writeFileSync(join(context, 'Containerfile'), 'FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n');
  buildImage(engine, { file: join(context, 'Containerfile'), context, tag: pauseImage });
  const archive = join(folder, 'pause.tar');
  engineOutput(engine, 'save', '--output', archive, pauseImage);
  execFileSync(load[0]!, [...load.slice(1), archive], { stdio: ['ignore', 'ignore', 'inherit'] });
}

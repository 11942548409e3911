import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const source = join(import.meta.dirname, '../../program');

/** Programs of this machine that a cluster consists of, and the Debian package of each. */
const needed: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  nft: 'nftables',
  etcd: 'etcd-server',
  ip: 'iproute2',
  unshare: 'util-linux',
  setpriv: 'util-linux',
  openssl: 'openssl',
  podman: 'podman',
};
/** Debian's network plugins. */
export const networkPlugins = '/usr/lib/cni';

/** @throws Error naming the packages that this machine lacks, or that it cannot hold a cluster at all */
export function requireMachine(): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error(
      'Only root on Linux can make a cluster here. Elsewhere point KUBECONFIG at one, made by kind for example.',
    );
  }
  const isThere = (program: string): boolean =>
    spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
  const missing = Object.entries(needed).flatMap(([program, name]) => (isThere(program) ? [] : [name]));
  if (!existsSync(networkPlugins)) missing.push('containernetworking-plugins');
  if (missing.length === 0) return;
  const names = [...new Set(missing)].join(' ');
  throw new Error(
    `This machine lacks what a cluster is made of. Run: apt-get install --no-install-recommends ${names}`,
  );
}

export interface BuiltPrograms {
  /** All parts of Kubernetes, kubectl and the name server in one. */
  readonly cluster: string;
  readonly pause: string;
  readonly helm: string;
}

const kubernetes = /k8s\.io\/kubernetes v(\d+)\.(\d+)\.(\S+)/;
const helm = /helm\.sh\/helm\/v4 (v\S+)/;

/**
 * The programs that are built from Go modules. They are kept by what they are made of, so only a change of a version builds them again.
 * @param report takes one line before a build, which takes a quarter of an hour
 * @throws Error when Go is missing or a build fails; what was built until then is kept
 */
export function buildPrograms(report: (line: string) => void): BuiltPrograms {
  const files = ['go.mod', 'go.sum', 'main.go', 'pause/main.go'].map((file) =>
    readFileSync(join(source, file), 'utf8'),
  );
  const cache = process.env['REPRISE_CLUSTER_CACHE'] ?? join(homedir(), '.cache/reprise-cluster');
  const folder = join(cache, createHash('sha256').update(files.join('\0')).digest('hex').slice(0, 12));
  mkdirSync(folder, { recursive: true });
  const [, major, minor, patch] = kubernetes.exec(files[0]!)!;
  const version = 'k8s.io/component-base/version';
  const kubernetesVersion = `-X ${version}.gitVersion=v${major}.${minor}.${patch} -X ${version}.gitMajor=${major} -X ${version}.gitMinor=${minor}`;
  const build = (name: string, what: string, more = ''): string => {
    const program = join(folder, name);
    if (existsSync(program)) return program;
    report(`building ${name} from Go modules, once for this machine`);
    const flags = ['-trimpath', '-gcflags=all=-dwarf=false', '-ldflags', `-s -w ${more}`];
    execFileSync('go', ['build', ...flags, '-o', `${program}.part`, what], {
      cwd: source,
      env: { ...process.env, CGO_ENABLED: '0' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    renameSync(`${program}.part`, program);
    return program;
  };
  return {
    pause: build('pause', './pause'),
    cluster: build('cluster', '.', kubernetesVersion),
    helm: build(
      'helm',
      'helm.sh/helm/v4/cmd/helm',
      `-X helm.sh/helm/v4/internal/version.version=${helm.exec(files[0]!)![1]!}`,
    ),
  };
}

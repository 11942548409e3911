import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { outputOf } from './run-program.ts';

/** An object as the API server gives it; only what the proof reads is named. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly object[];
  };
  readonly spec?: unknown;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** A namespace of the cluster that KUBECONFIG points at. */
export class Cluster {
  readonly namespace: string;
  readonly release: string;

  constructor(namespace: string, release: string) {
    this.namespace = namespace;
    this.release = release;
  }

  kubectl(...args: readonly string[]): Promise<string> {
    return outputOf('kubectl', ['--namespace', this.namespace, ...args]);
  }

  helm(...args: readonly string[]): Promise<string> {
    return outputOf('helm', ['--namespace', this.namespace, ...args]);
  }

  async apply(object: object): Promise<void> {
    const args = ['--namespace', this.namespace, 'apply', '--filename', '-'];
    await outputOf('kubectl', args, { input: JSON.stringify(object) });
  }

  /** The objects of a kind that have these labels, `a=b,c=d`. */
  async list(kind: string, labels = ''): Promise<readonly KubernetesObject[]> {
    const found = await this.kubectl('get', kind, '--selector', labels, '--output', 'json');
    return (JSON.parse(found) as { items: KubernetesObject[] }).items;
  }

  async get(kind: string, name: string): Promise<KubernetesObject> {
    return JSON.parse(await this.kubectl('get', kind, name, '--output', 'json')) as KubernetesObject;
  }

  /** The address of a Service of the release, for its pods. */
  origin(component: string, port: number): string {
    return `http://${this.release}-${component}:${port}`;
  }

  /**
   * Runs one of the scripts beside this file in the client's pod, and returns the JSON that it prints.
   * @throws Error with what it said, where it fails
   */
  async inClient<T>(script: string, ...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl(...clientCommand(script, args))) as T;
  }

  /** What a Job's pods printed. */
  logsOf(job: string): Promise<string> {
    return this.kubectl('logs', '--selector', `job-name=${job}`, '--tail', '-1', '--prefix=false');
  }
}

/** The arguments of kubectl that run a script in the client's pod. */
export function clientCommand(script: string, args: readonly string[]): string[] {
  const source = readFileSync(join(import.meta.dirname, 'client', `${script}.ts`), 'utf8');
  const node = ['node', '--input-type=module-typescript', '--no-warnings', '--eval', source, '--'];
  return ['exec', '--stdin', 'client', '--', ...node, ...args];
}

/**
 * Waits until a question has an answer.
 * @throws Error that names what was waited for, and the last error
 */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, seconds = 180): Promise<T> {
  const deadline = performance.now() + seconds * 1_000;
  let last = '';
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = `: ${(error as Error).message}`;
    }
    await delay(500);
  }
  throw new Error(`${what} did not happen within ${seconds} s${last}`);
}

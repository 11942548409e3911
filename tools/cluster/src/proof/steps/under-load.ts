import { spawn } from 'node:child_process';
import { json } from 'node:stream/consumers';
import { clientCommand } from '../cluster.ts';
import { ensure, type World } from '../world.ts';
import { ports } from './install.ts';

/** What became of the requests. */
export interface Load {
  readonly answered: number;
  readonly failures: readonly string[];
}

/** Keeps asking both APIs through their Services while something is done. */
export async function underLoad({ cluster }: World, id: string, work: () => Promise<unknown>): Promise<Load> {
  const urls = (['product-api', 'search-api'] as const).map(
    (component) => `${cluster.origin(component, ports[component])}/v1/products/${id}`,
  );
  const args = ['--namespace', cluster.namespace, ...clientCommand('load', ['30', ...urls])];
  const client = spawn('kubectl', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const result = json(client.stdout) as Promise<Load>;
  result.catch(() => undefined);
  try {
    await work();
  } finally {
    client.stdin.end();
  }
  return result;
}

/** Throws unless there was a load, and all of it was answered. */
export function assertServed({ answered, failures }: Load): void {
  ensure(
    failures.length === 0,
    `${failures.length} failed beside ${answered}:\n${failures.slice(0, 10).join('\n')}`,
  );
  ensure(answered > 100, `only ${answered} requests were made`);
}

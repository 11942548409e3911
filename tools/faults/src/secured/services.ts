import { spawnApp, testCredential, type SpawnedApp } from '@reprise/test-kit';
import { productClient } from '../testing/product-client.ts';
import type { ProcessName, SecuredPlatform } from '../testing/secured-platform.ts';

/** The four services of the product's context, each with its own rights. */
export interface Services {
  readonly app: (name: ServiceName) => SpawnedApp;
  readonly origin: (name: ServiceName) => string;
  /** Creates and publishes a product. @returns its id */
  publish(): Promise<string>;
  /** The status of the search API's answer about a product. */
  find(id: string): Promise<number>;
}

const names = ['product-api', 'outbox-relay', 'projection-consumer', 'search-api'] as const;
export type ServiceName = (typeof names)[number];

/** Starts the services and waits until all are ready. */
export async function startServices({ environment }: SecuredPlatform): Promise<Services> {
  const start = async (name: ProcessName & ServiceName) => {
    const app = spawnApp(`apps/${name}/src/main.ts`, { env: environment[name] });
    return [name, { app, ...(await app.ready({ timeoutMs: 180_000 })) }] as const;
  };
  const started = Object.fromEntries(await Promise.all(names.map(start)));
  const origin = (name: ServiceName): string => started[name]!.origin;
  const { publish } = productClient(
    origin('product-api'),
    testCredential.authorization.replace('Bearer ', ''),
  );
  return {
    app: (name) => started[name]!.app,
    origin,
    publish,
    find: async (id) =>
      (await fetch(`${origin('search-api')}/v1/products/${id}`, { headers: testCredential })).status,
  };
}

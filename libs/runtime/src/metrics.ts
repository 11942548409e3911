import { collectDefaultMetrics, Registry } from 'prom-client';

/** A new registry, labelled `app`, with the default metrics of a Node process (memory, CPU, event loop, collections). */
export function createMetrics(app: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ app });
  collectDefaultMetrics({ register: registry });
  return registry;
}

import type { Projection } from '@reprise/read-model-projections';

/** Where another thread finds a projection: a function cannot be handed over. */
export interface SharedProjection {
  /** URL of a module that exports the projection: alone, in a list, or in a bounded context. */
  readonly module: string;
  readonly name: string;
}

/**
 * Finds a projection among what its module exports.
 * @throws Error when the module does not load, or exports no projection of that name
 */
export async function loadProjection({ module, name }: SharedProjection): Promise<Projection> {
  const exported = Object.values((await import(module)) as Record<string, unknown>);
  const found = exported.flatMap(listedIn).find((value) => isProjection(value) && value.name === name);
  if (!found) throw new Error(`${module} exports no projection "${name}"`);
  return found as Projection;
}

/** A projection alone, those of a list, or those of the bounded contexts that a configuration file exports. */
function listedIn(exported: unknown): readonly unknown[] {
  if (Array.isArray(exported)) return exported;
  const { contexts } = (exported ?? {}) as { readonly contexts?: unknown };
  if (!Array.isArray(contexts)) return [exported];
  return (contexts as { readonly projections?: unknown }[]).flatMap(({ projections }) => projections);
}

function isProjection(value: unknown): value is Projection {
  return typeof value === 'object' && value !== null && 'evolve' in value && 'storage' in value;
}

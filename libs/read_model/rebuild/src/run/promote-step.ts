import { catchUpFromLog } from './catch-up.ts';
import { promote } from './promote.ts';
import { fenceOf, generationOf, type RunContext } from './run-context.ts';
import type { StepResult } from './run-steps.ts';

/** Moves readers to the verified generation and keeps the one they used on standby, fed, for the way back. */
export async function promoteGeneration(context: RunContext): Promise<StepResult> {
  const { servers, options, signal } = context;
  const { registry, store } = servers;
  const generation = generationOf(context);
  context.digest ??= generation.digest ?? undefined;
  context.cutover = await promote({
    generation,
    store,
    registry,
    fence: fenceOf(context),
    catchUp: catchUpFromLog({
      connection: servers.kafka,
      topic: servers.topic,
      registry,
      store,
      projection: options.projection,
      history: servers.history,
    }),
    signal,
    now: () => new Date(),
    onSwitched: (cutover) => {
      context.cutover = cutover;
    },
  });
  await retireOlder(context);
  return { result: 'switched' };
}

/** Generations that were on standby before the one just replaced: no longer fed, left for `prune`. */
async function retireOlder(context: RunContext): Promise<void> {
  const { servers, cutover, options } = context;
  const fence = fenceOf(context);
  const standby = await servers.registry.listGenerations({
    projection: options.projection.name,
    states: ['STANDBY', 'VERIFIED'],
  });
  for (const { uuid, name } of standby) {
    if (name !== cutover?.from)
      await servers.registry.moveGeneration(uuid, ['STANDBY', 'VERIFIED'], 'RETIRED', { fence });
  }
}

import { catchUpFromLog } from '../cutover/catch-up.ts';
import { promote } from '../cutover/promote.ts';
import { retireOlder } from '../cutover/retire-older.ts';
import { fenceOf, generationOf, type RunContext } from '../run/run-context.ts';
import type { StepResult } from '../run/run-steps.ts';

/** Moves readers to the verified generation and keeps the one they used on standby, fed, for the way back. */
export async function promoteGeneration(context: RunContext): Promise<StepResult> {
  const { servers, options, signal } = context;
  const { registry, store } = servers;
  const generation = generationOf(context);
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
    feeder: {
      required: options.requireFeeder ?? false,
      onUnfed: (warning) => void context.warnings.push(warning),
    },
    signal,
    now: () => new Date(),
    onSwitched: (cutover) => {
      context.cutover = cutover;
    },
  });
  await retireOlder(servers, { promoted: generation, cutover: context.cutover, fence: fenceOf(context) });
  return { result: 'switched' };
}

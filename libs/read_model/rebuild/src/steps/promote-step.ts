import { describeTopic } from '@reprise/read-model-feed';
import { assertSameLog } from '@reprise/read-model-indices';
import { catchUpFromLog } from '../cutover/catch-up.ts';
import { promote } from '../cutover/promote.ts';
import { retireOlder } from '../cutover/retire-older.ts';
import type { WritingRun } from '../run/run-context.ts';
import type { StepResult } from '../run/run-steps.ts';

/** Moves readers to the verified generation and keeps the one they used on standby, fed, for the way back. */
export async function promoteGeneration(run: WritingRun): Promise<StepResult> {
  const { servers, options, signal, generation, fence } = run;
  const { registry, store } = servers;
  // The log may have become another one since it was read, and where nothing is live it is not read again.
  if (options.projection.events.versions === 'position')
    assertSameLog(generation, options.projection, await describeTopic(servers.kafka, servers.topic, servers));
  run.cutover = await promote({
    generation,
    store,
    registry,
    fence,
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
      onUnfed: (warning) => void run.warnings.push(warning),
    },
    signal,
    now: () => new Date(),
    onSwitched: (cutover) => {
      run.cutover = cutover;
    },
  });
  await retireOlder(servers, { promoted: generation, cutover: run.cutover, fence });
  return { result: 'switched' };
}

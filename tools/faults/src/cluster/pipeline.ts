import type { AppProcess } from './app-process.ts';
import type { AppOptions, World } from './world.ts';

/** Short times, so that a scenario sees what takes a while in production. */
export const quickRelay = [
  '--batch-size=50',
  '--poll-ms=100',
  '--lock-timeout-ms=2000',
  '--lock-retry-ms=200',
];

export function startRelay(world: World, options: AppOptions = {}): AppProcess {
  return world.start('outbox-relay', { args: quickRelay, ...options });
}

/** The write API, started again whenever it is asked to. */
export interface RunningApi {
  readonly process: () => AppProcess;
  /** Undefined while none answers. */
  readonly origin: () => string | undefined;
  /** Starts another one; the one before has to be dead or on its way. */
  restart(options?: AppOptions): Promise<string>;
}

export async function startApi(world: World, options: AppOptions = {}): Promise<RunningApi> {
  let process = world.start('product-api', options);
  let origin: string | undefined = await process.ready();
  return {
    process: () => process,
    origin: () => (process.ended() === undefined ? origin : undefined),
    async restart(next = options) {
      origin = undefined;
      process = world.start('product-api', next);
      return (origin = await process.ready());
    },
  };
}

/** Starts a consumer and waits until readers have an index. */
export async function startConsumer(world: World, options: AppOptions = {}): Promise<AppProcess> {
  const consumer = world.start('projection-consumer', options);
  await consumer.ready();
  return consumer;
}

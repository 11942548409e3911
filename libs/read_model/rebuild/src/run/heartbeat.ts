import { LeaseLost, type JsonObject } from '@reprise/read-model-indices';
import { RebuildError } from '../errors.ts';
import type { MeasuredPicture, ProgressReport } from '../progress/progress-meter.ts';
import type { RunContext } from './run-context.ts';

export interface Heartbeat {
  /** Ends it and waits for a beat that is under way. */
  stop(): Promise<void>;
}

/**
 * Keeps the lease, saves the progress for `status`, looks for a requested cancellation and reports to the caller, once a
 * second. A beat that fails for want of the database is tried again at the next; the lease's own end decides.
 *
 * @param stop called with the reason when the run has to end
 */
export function watchOver(context: RunContext, leaseTtlMs: number, stop: (reason: Error) => void): Heartbeat {
  const { control, fence, servers, runId } = context;
  let standsStill = false;
  let unsaved = false;
  let beating: Promise<void> = Promise.resolve();
  let busy = false;

  const beat = async () => {
    if (!fence) return;
    await servers.registry.renewLease(fence, leaseTtlMs);
    const { cancelRequested } = await servers.registry.saveProgress(
      runId,
      { progress: savedPicture(context) },
      fence,
    );
    if (cancelRequested) stop(new RebuildError('CANCELLED', 'The run was cancelled by the verb `cancel`.'));
  };
  const beats = setInterval(() => {
    if (busy) return;
    busy = true;
    beating = beat()
      .then(() => {
        unsaved = false;
      })
      .catch((error: unknown) => {
        if (error instanceof LeaseLost) return stop(error);
        // Once for as long as it lasts: a line a second would bury everything else.
        if (!unsaved)
          control.onNotice?.(
            `progress could not be saved: ${error instanceof Error ? error.message : String(error)}`,
          );
        unsaved = true;
      })
      .finally(() => {
        busy = false;
      });
  }, 1000);
  const reports = control.onProgress
    ? setInterval(() => control.onProgress?.(reportOf(context)), control.progressIntervalMs ?? 1000)
    : undefined;
  const lookForStall = () => {
    const { stall } = measured(context);
    if (stall && !standsStill)
      control.onNotice?.(`nothing has moved for ${Math.round(stall.forMs / 1000)} s: ${stall.cause}`);
    if (!stall && standsStill) control.onNotice?.('it moves again');
    standsStill = stall !== null;
  };
  const stalls = setInterval(lookForStall, 1000);
  return {
    async stop() {
      clearInterval(beats);
      clearInterval(reports);
      clearInterval(stalls);
      await beating;
      // A run that moves again may be through before the next look.
      if (standsStill) lookForStall();
      // A listener gets at least the final picture, however short the run was.
      control.onProgress?.(reportOf(context));
    },
  };
}

function measured({ meter, progress }: RunContext): MeasuredPicture {
  return meter.measure(progress.picture());
}

/** A run is entered in the registry before it reports anything, under its lease. */
function reportOf(context: RunContext): ProgressReport {
  return { runId: context.fence ? context.runId : null, ...measured(context) };
}

/** The progress as JSON: positions as text, since JSON has no 64-bit integers. */
export function savedPicture(context: RunContext): JsonObject {
  const { slices, ...rest } = measured(context);
  return {
    ...rest,
    slices: slices.map(({ position, end, ...slice }) => ({
      ...slice,
      position: String(position),
      end: String(end),
    })),
    gate: context.gate,
  };
}

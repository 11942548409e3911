import type { Registry, RequestedAction } from '@reprise/read-model-indices';

/** How long after the last sign of its run a job counts as over, in milliseconds: a console beside it says sooner what it ended with. */
const graceMs = 10 * 60_000;
/** How long nothing may be heard of a job whose run is not known, in milliseconds. */
const silenceMs = 24 * 60 * 60_000;

/**
 * Why a job counts as lost that runs beside another console, where this one cannot look: of a container that was made again the host is
 * gone for good, and nobody else would ever end its actions. The registry says what of it can be proved.
 *
 * @param place where it runs, for a person
 * @param now by the registry's clock
 * @returns undefined while it may well run
 */
export async function whyLostElsewhere(
  registry: Pick<Registry, 'findRun' | 'heldLeases'>,
  { runIds, startedAt, requestedAt }: RequestedAction,
  place: string,
  now: Date,
): Promise<string | undefined> {
  const isPast = (moment: Date, ms: number): boolean => now.getTime() - moment.getTime() > ms;
  const runId = runIds.at(-1);
  const run = runId === undefined ? undefined : await registry.findRun(runId);
  if (!run)
    return isPast(startedAt ?? requestedAt, silenceMs)
      ? `It ran as ${place}, where this console cannot look, and nothing was heard of it for 24 hours: it counts as lost. Make sure that no such process is left; the same action can be asked for again.`
      : undefined;
  if (!isPast(run.endedAt ?? run.savedAt ?? run.startedAt, graceMs)) return undefined;
  if (run.state !== 'RUNNING')
    return `It ran as ${place}, where this console cannot look. Its run has ended: it says what came of it.`;
  const leases = await registry.heldLeases(run.projection);
  return leases.some((lease) => lease.runId === runId)
    ? undefined
    : `It ran as ${place}, where this console cannot look. Its run is dead: it holds no lease any more. The same action can be asked for again; a rebuild resumes.`;
}

import { randomUUID } from 'node:crypto';
import { assertBound } from '@reprise/read-model-feed';
import { nameOfShard, LeaseLost, type Fence, type JsonObject } from '@reprise/read-model-indices';
import { exitCodes } from '@reprise/runtime/commands';
import { thisProcess } from '@reprise/runtime';
import { withoutSpan } from '@reprise/runtime/traces';
import { RebuildError } from '../errors.ts';
import { scratchDirectory } from '../private-files/scratch-directory.ts';
import { build } from '../steps/build-step.ts';
import { dryRunSteps } from '../steps/dry-run-steps.ts';
import { gate } from '../steps/gate-step.ts';
import { watchOver, type Heartbeat } from '../run/heartbeat.ts';
import { preflight, type Opened } from '../steps/preflight.ts';
import { promoteGeneration } from '../steps/promote-step.ts';
import { rebuildShard, type ShardRole } from '../shards/rebuild-shard.ts';
import type { RebuildControl, RebuildOptions, RebuildServers } from '../rebuild-options.ts';
import type { Receipt } from '../run/receipt.ts';
import { newRunContext, type RunContext } from '../run/run-context.ts';
import { nextStep, type RunStep, type StepResult } from '../run/run-steps.ts';
import { refuseBesideShards } from '../shards/shards.ts';
import { leaseTtlMs, takeLease } from '../lease/under-lease.ts';
import { endingOf, exitCodeOf, writeReceipt, type Ending } from '../run/run-ending.ts';

/**
 * Rebuilds one read model from the event log: builds a new generation, proves it complete and moves readers to it, or says
 * why not. Safe to kill at any point; readers stay on the generation they use until the one atomic switch.
 *
 * @returns the receipt, also when the gate refused or the run was cancelled or failed: `outcome` and `message` say which
 * @throws BoundElsewhere when the registry belongs to another event log or other readers; RebuildError BUSY when another run of this projection is running; DependencyError when the registry is out of
 *   reach before the run could be entered. Nothing was changed in either case.
 */
export async function rebuildReadModel(
  options: RebuildOptions,
  servers: RebuildServers,
  control: RebuildControl,
): Promise<{ receipt: Receipt; ending: Ending }> {
  const { projection, mode } = options;
  await assertBound({
    ...servers,
    models: [{ projection, store: servers.store }],
    record: mode === 'APPLY',
    ...(control.onNotice && { onKafkaAway: control.onNotice }),
  });
  const runId = randomUUID();
  if (options.shard) {
    return rebuildShard(options.shard, options, servers, control, (...[id, fence, ofShard, role]) =>
      run(id, fence, ofShard, servers, control, role),
    );
  }
  if (mode === 'DRY_RUN') return run(runId, undefined, options, servers, control);
  const { fence, release } = await takeLease(servers.registry, projection.name, runId);
  try {
    await refuseBesideShards(servers.registry, projection.name);
    return await run(runId, fence, options, servers, control);
  } finally {
    await release();
  }
}

async function run(
  runId: string,
  fence: Fence | undefined,
  options: RebuildOptions,
  servers: RebuildServers,
  control: RebuildControl,
  role?: ShardRole,
): Promise<{ receipt: Receipt; ending: Ending }> {
  const startedAt = new Date();
  const scratch = scratchDirectory(control.workDirectory, control.onNotice);
  const stop = new AbortController();
  const signal = AbortSignal.any([control.signal, stop.signal]);
  const context = newRunContext({
    runId,
    options,
    servers,
    control,
    fence,
    signal,
    workDirectory: scratch.path,
    startedAt,
    own: role && 'shard' in role ? { shard: role.shard, open: [] } : undefined,
    finishing: role && 'finishing' in role ? role.finishing : undefined,
  });
  let heartbeat: Heartbeat | undefined;
  let ending: Ending;
  try {
    if (fence) await enterRun(context, fence);
    heartbeat = watchOver(context, leaseTtlMs, (reason) => stop.abort(reason));
    ending = await endOf(context);
  } finally {
    await heartbeat?.stop();
    await context.source?.close();
    scratch.remove();
  }
  const receipt = writeReceipt(context, ending, thisProcess());
  context.spans.end(ending, context.generation?.name);
  if (!fence) return { receipt, ending };
  try {
    await leaveRun(context, fence, ending, receipt);
    return { receipt, ending };
  } catch (error) {
    return unrecorded(context, ending, error);
  }
}

/** How the steps of a run that is entered ended, whatever ended them. */
async function endOf(context: RunContext): Promise<Ending> {
  const { signal } = context;
  try {
    return endingOf(await withoutSpan(() => runSteps(context)), context);
  } catch (error) {
    return endingOf(signal.aborted && !(error instanceof LeaseLost) ? reasonOf(signal) : error, context);
  }
}

/** What a run did stays done when the registry cannot record its end: the receipt says both. */
function unrecorded(
  context: RunContext,
  ending: Ending,
  error: unknown,
): { receipt: Receipt; ending: Ending } {
  const why = error instanceof Error ? error.message : String(error);
  context.warnings.push(`the end of this run is not in the registry (${why})`);
  const exitCode = ending.exitCode === exitCodes.done ? exitCodeOf(error) : ending.exitCode;
  const unrecordedEnding = { ...ending, exitCode };
  return { receipt: writeReceipt(context, unrecordedEnding, thisProcess()), ending: unrecordedEnding };
}

/** Why a run was stopped: our own reason, or the caller's abort, which is a cancellation whatever it carries. */
function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  if (reason instanceof RebuildError || reason instanceof LeaseLost) return reason;
  const why = reason instanceof Error ? reason.message : 'it was asked to stop';
  return new RebuildError(
    'CANCELLED',
    `The run was cancelled (${why}). Readers were not moved; what is finished is saved, and the same command resumes from there.`,
  );
}

/** What the steps do of a run that is opened. */
type Effects = Partial<Record<RunStep['step'], () => Promise<StepResult>>>;

function effectsOf(opened: Opened): Effects {
  if (opened.result === 'shard-built') return {};
  if (opened.generation === undefined) return dryRunSteps(opened.run);
  const { run } = opened;
  return { build: () => build(run), gate: () => gate(run), promote: () => promoteGeneration(run) };
}

async function runSteps(context: RunContext): Promise<RunStep & { step: 'ended' }> {
  let effects: Effects = {
    async preflight() {
      const opened = await preflight(context);
      effects = effectsOf(opened);
      return opened;
    },
  };
  let current: RunStep = { step: 'preflight' };
  while (current.step !== 'ended') {
    context.signal.throwIfAborted();
    context.progress.step = current.step;
    context.spans.step(current.step);
    const begun = performance.now();
    const effect = effects[current.step];
    if (!effect) throw new Error(`the step "${current.step}" does not belong to this run`);
    try {
      current = nextStep(current, await effect(), context.options);
    } finally {
      // Also of a step that was stopped or failed: what it did by then has its rate.
      context.stepMs[context.progress.step] = Math.round(performance.now() - begun);
    }
  }
  return current;
}

async function enterRun(
  { runId, options, servers, own, finishing }: RunContext,
  fence: Fence,
): Promise<void> {
  const { mode, source, projection } = options;
  await servers.registry.startRun({
    runId,
    projection: projection.name,
    mode,
    source,
    shard: own ? nameOfShard(own.shard) : null,
    generation: finishing ?? null,
    fence,
    ...thisProcess(),
  });
}

async function leaveRun(
  { runId, servers, generation, own }: RunContext,
  fence: Fence,
  ending: Ending,
  receipt: Receipt,
): Promise<void> {
  // A run that was replaced has nothing left to say: its successor has marked it INTERRUPTED.
  if (ending.leaseLost) return;
  const { registry } = servers;
  // A generation of several shards is not abandoned because one of them ends early: it stays BUILDING.
  if (generation && ending.generationState && !own) {
    await registry.moveGeneration(generation.uuid, ['BUILDING', 'INTERRUPTED'], ending.generationState, {
      fence,
    });
  }
  const { runState: state, exitCode } = ending;
  await registry.endRun(
    runId,
    { state, outcome: receipt.outcome, exitCode, receipt: receipt as unknown as JsonObject },
    fence,
  );
}

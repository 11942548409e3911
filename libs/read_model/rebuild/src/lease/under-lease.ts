import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isFeeder, type Fence, type LeaseAttempt, type Registry } from '@reprise/read-model-indices';
import { commandLine } from '@reprise/runtime/commands';
import { thisProcess } from '@reprise/runtime';
import { RebuildError } from '../errors.ts';

/** Time a holder may stay silent before another one may take the lease. */
export const leaseTtlMs = 15_000;

export interface OwnLease {
  readonly fence: Fence;
  /** Gives the lease back, unless it is another's already, and ends the session that showed its holder alive. */
  readonly release: () => Promise<void>;
}

/** Who holds a lease that was not free. */
export type LeaseHolder = Pick<Extract<LeaseAttempt, { acquired: false }>, 'runId' | 'holder' | 'startedAt'>;

/** How often the lease of a feeding process is asked for again. */
const pollMs = 100;

/**
 * Takes a lease: a projection's, or that of one of its shards. A feeding process holds one for moments: it is waited for, up to
 * {@link leaseTtlMs} twice.
 * @throws RebuildError BUSY, naming the holder, when another run has it; nothing was changed then
 */
export async function takeLease(registry: Registry, lease: string, runId: string): Promise<OwnLease> {
  const deadline = performance.now() + 2 * leaseTtlMs;
  for (;;) {
    const attempt = await tryLease(registry, lease, runId);
    if ('fence' in attempt) return attempt;
    if (!isFeeder(attempt.holder) || performance.now() > deadline) throw busyWith(lease, attempt);
    await delay(pollMs);
  }
}

/** Takes a lease if it is free, or returns its holder. */
export async function tryLease(
  registry: Registry,
  lease: string,
  runId: string,
): Promise<OwnLease | LeaseHolder> {
  const { user, host, pid } = thisProcess();
  const attempt = await registry.acquireLease(lease, {
    runId,
    holder: `${user}@${host} pid ${pid}`,
    ttlMs: leaseTtlMs,
  });
  if (!attempt.acquired) return attempt;
  const { fence } = attempt;
  const presence = await registry.showPresence(fence).catch(async (error: unknown) => {
    await registry.releaseLease(fence).catch(() => undefined);
    throw error;
  });
  return {
    fence,
    // A lease that cannot be released is free as soon as its holder's session ends, or expires: that must not hide the
    // outcome of the work.
    release: async () => {
      await registry.releaseLease(fence).catch(() => undefined);
      await presence.end();
    },
  };
}

/** What to do instead of working beside a run of the projection: what it has done is saved when it is cancelled. */
export function besideRun(projection: string): string {
  const [name] = projection.split(' ');
  return (
    `Watch it: ${commandLine.status(name)}; or stop it, which saves what it has done: ${commandLine.cancel(name!)}, ` +
    'then run the same command again.'
  );
}

/** The refusal to work beside the holder of a lease. */
export function busyWith(lease: string, { runId, holder, startedAt }: LeaseHolder): RebuildError {
  return new RebuildError(
    'BUSY',
    `Run ${runId} of ${lease} (${holder}, since ${startedAt.toISOString()}) is running. Nothing was ` +
      `changed. ${besideRun(lease)}`,
  );
}

/** The same lease, renewed every third of its time until it is given back. */
export function keepRenewed(registry: Registry, { fence, release }: OwnLease): OwnLease {
  // A renewal that fails is not the work's fault: every change under the fence checks the lease itself.
  const renewal = setInterval(
    () => void registry.renewLease(fence, leaseTtlMs).catch(() => undefined),
    leaseTtlMs / 3,
  );
  return {
    fence,
    release: () => {
      clearInterval(renewal);
      return release();
    },
  };
}

/**
 * Does a short piece of work (a switch, a clean-up) while holding a projection's lease, renewed every third of its time.
 * @throws RebuildError BUSY; whatever the work throws
 */
export async function underLease<T>(
  registry: Registry,
  projection: string,
  work: (fence: Fence) => Promise<T>,
): Promise<T> {
  const { fence, release } = keepRenewed(registry, await takeLease(registry, projection, randomUUID()));
  try {
    return await work(fence);
  } finally {
    await release();
  }
}

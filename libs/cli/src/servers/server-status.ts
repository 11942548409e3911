import { BoundElsewhere, DependencyError } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { statusOf } from '@reprise/read-model-servers';
import { answered, type ReadModelStatus } from '@reprise/read-model-status';
import type { Invocation } from '../verb.ts';
import { openUnbound, type OpenServers } from './open-servers.ts';

/** How long one server is waited for: whoever asks wants an answer now, with what is unreachable named in it. */
const withinMs = 3_000;

/** Whoever says what there is: the servers themselves, or a console that asks them. */
export interface StatusSource {
  readonly look: () => Promise<Looked>;
  readonly close: () => Promise<void>;
}

interface Looked {
  readonly statuses: readonly ReadModelStatus[];
  /** Why every other verb refuses this configuration; left out when none does, or it is not known. */
  readonly mismatch?: Error | undefined;
}

/** The status of read models as their servers say it now. @throws as `openUnbound` */
export async function statusFromServers(
  chosen: readonly Projection[],
  maxLagMs: number,
  invocation: Invocation,
): Promise<StatusSource> {
  const servers = await openUnbound(invocation, chosen, { retryBudgetMs: 2_000, readsEvents: false });
  return {
    look: async () => {
      const [mismatch, statuses] = await Promise.all([
        mismatchOf(chosen, servers),
        statusOf(servers, chosen, { maxLagMs, withinMs }),
      ]);
      return { statuses, mismatch };
    },
    // A server that hangs must not keep the answer from ending.
    close: () => answered('postgres', servers.close(), 1_000).catch(() => undefined),
  };
}

/** Why every other verb refuses this configuration; undefined when none does, or a server that knows is away. */
async function mismatchOf(
  chosen: readonly Projection[],
  servers: OpenServers,
): Promise<BoundElsewhere | undefined> {
  try {
    await answered('kafka', servers.assertBound(chosen, false), withinMs + 1_000);
    return undefined;
  } catch (error) {
    if (error instanceof BoundElsewhere) return error;
    if (!(error instanceof DependencyError)) throw error;
    return undefined;
  }
}

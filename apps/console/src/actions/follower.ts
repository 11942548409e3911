import { DependencyError, type Registry, type RequestedAction } from '@reprise/read-model-indices';
import type { Logger } from '@reprise/runtime';
import type { ActionName } from '../contract/index.ts';
import { JobNotSeen, type JobHandle, type JobStarter } from '../jobs/job-starter.ts';
import { documentIn, meaningOf, runIdIn, saidIn, type Said } from './reading.ts';
import { recordAttempt } from './recorded-attempt.ts';
import { whyLostElsewhere } from './elsewhere.ts';

export interface FollowerOptions {
  readonly registry: Registry;
  readonly jobs: JobStarter;
  readonly logger: Logger;
}

/** How long one may be on its way to its job, in milliseconds, before it is asked whether whoever was to start it did so. */
const startingMs = 60_000;
/** Looked at side by side, so that one that is not answered holds up few others. */
const atOnce = 8;

/** Looks after actions that are under way, each for itself: what goes wrong with one keeps no other from being followed. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #changed: (action: RequestedAction) => void;
  /** What is in the way of each that cannot be followed: it is logged once, not at each look. */
  readonly #troubles = new Map<string, string>();

  /** @param changed called with each that changed, at once */
  constructor(options: FollowerOptions, changed: (action: RequestedAction) => void) {
    this.#options = options;
    this.#changed = changed;
  }

  /**
   * @param isStarting whether this process is about to start one
   * @param signal ends it after those that are being looked at
   * @throws DependencyError where none can be listed
   */
  async follow(isStarting: (id: string) => boolean, signal?: AbortSignal): Promise<void> {
    const { registry } = this.#options;
    // By the clock that moved them: this machine's may be another.
    const now = await registry.now();
    const open = await registry.requested.open();
    const left = open.values();
    const one = async (): Promise<void> => {
      for (const action of left) {
        if (signal?.aborted) return;
        await this.#followed(action, now, isStarting);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, one));
    const ids = new Set(open.map(({ id }) => id));
    for (const id of this.#troubles.keys()) if (!ids.has(id)) this.#troubles.delete(id);
  }

  async #followed(action: RequestedAction, now: Date, isStarting: (id: string) => boolean): Promise<void> {
    const { id, state } = action;
    try {
      let changed: RequestedAction | undefined;
      if (state === 'running') changed = await this.#look(action, now);
      else if (state === 'starting' && !isStarting(id) && now.getTime() - lastMoved(action) > startingMs)
        changed = await this.#search(action);
      this.#troubles.delete(id);
      if (changed) this.#changed(changed);
    } catch (error) {
      // The registry, or what runs jobs, is away: it is looked at again.
      if (error instanceof DependencyError || error instanceof JobNotSeen) return;
      const trouble = String(error);
      if (this.#troubles.get(id) === trouble) return;
      this.#troubles.set(id, trouble);
      this.#options.logger.error({ err: error, action: id }, 'an action cannot be followed');
    }
  }

  /** Whoever was to start it died before it did, or before that was written down: its job says which. */
  async #search(action: RequestedAction): Promise<RequestedAction | undefined> {
    const { registry, jobs } = this.#options;
    const job = action.job as JobHandle | null;
    // It may have died before it had written down that it tries.
    await recordAttempt(registry, action);
    if (job === null || (await jobs.look(job)).state === 'gone') return this.#lost(action, unstarted);
    return registry.requested.change(action.id, ['starting'], { state: 'running', started: true });
  }

  async #look(action: RequestedAction, now: Date): Promise<RequestedAction | undefined> {
    const { registry, jobs } = this.#options;
    const job = action.job as JobHandle;
    const { state, exitCode, stderr, stdout } = await jobs.look(job);
    if (state === 'elsewhere') {
      const why = await whyLostElsewhere(registry, action, jobs.describe(job), now);
      return why === undefined ? undefined : this.#lost(action, why);
    }
    const document = state === 'ended' ? documentIn(stdout) : undefined;
    const { notices, runIds: named } = saidIn(stderr);
    const ofDocument = runIdIn(document);
    const runIds = runsOf(action, [...named, ofDocument]);
    if (state === 'running') {
      const isNew = notices.length > 0 && JSON.stringify(notices) !== JSON.stringify(action.notices);
      if (!isNew && runIds.length === action.runIds.length) return undefined;
      return registry.requested.change(action.id, ['running'], {
        ...{ state: 'running', runIds },
        ...(isNew && { notices }),
      });
    }
    if (state === 'gone') return this.#lost(action, killed, { notices, runIds });
    const message = meaningOf(action.action as ActionName, exitCode!, document);
    // As the command line records them: also the run that a cancellation is about.
    const runs = [...new Set([...runIds, ofDocument])].filter((runId) => runId !== undefined);
    // First, as the first outcome stays: what fails before the action is ended is done again.
    await registry.audit.recordOutcome(action.id, {
      exitCode: exitCode!,
      ...(exitCode !== 0 && { message: notices.at(-1) ?? message }),
      ...(runs.length > 0 && { runs }),
      receipt: document,
    });
    return registry.requested.change(action.id, ['running'], {
      state: exitCode === 0 ? 'done' : 'failed',
      ended: true,
      ...{ exitCode: exitCode!, message, notices, runIds },
      ...(document && { output: document }),
    });
  }

  async #lost(
    action: RequestedAction,
    message: string,
    { notices, runIds }: Said = { notices: action.notices, runIds: action.runIds },
  ): Promise<RequestedAction | undefined> {
    const { requested, audit } = this.#options.registry;
    await audit.recordOutcome(action.id, {
      ...{ exitCode: 137, message },
      ...(runIds.length > 0 && { runs: runIds }),
    });
    return requested.change(action.id, ['running', 'starting'], {
      state: 'lost',
      ended: true,
      ...{ message, notices, runIds },
    });
  }
}

const killed =
  'Its process is gone and left no exit code: it was killed. Look at its run; the same action can be asked for again.';
const unstarted =
  'No process of it is found: whoever was to start it ended before. The same action can be asked for again.';

/** Runs that an action is known to have begun, with those that its job names now. Other verbs than `rebuild` name runs of others. */
function runsOf({ action, runIds }: RequestedAction, named: readonly (string | undefined)[]): string[] {
  const seen = action === 'rebuild' ? named.filter((runId) => runId !== undefined) : [];
  return [...new Set([...runIds, ...seen])];
}

function lastMoved({ approvedAt, requestedAt }: RequestedAction): number {
  return (approvedAt ?? requestedAt).getTime();
}

import { randomUUID } from 'node:crypto';
import { DependencyError, type Registry, type RequestedAction, type Run } from '@reprise/read-model-indices';
import { thisProcess } from '@reprise/runtime';
import type { ActionName, ActionPlan, ActionRequest, ActionResult } from '../contract/index.ts';
import { JobNotSeen, JobNotStarted, type JobHandle, type JobStarter } from '../jobs/job-starter.ts';
import { documentIn, meaningOf, runIdIn, saidIn, type Said } from './reading.ts';
import { resultOf } from './result.ts';

export interface ActionsOptions {
  readonly registry: Registry;
  readonly jobs: JobStarter;
  /** How long a second person has, in milliseconds. */
  readonly approvalMs: number;
  readonly onChange: (action: ActionResult) => void;
}

/** What may be approved or rejected, and what came of it. */
export type Decision =
  | { readonly outcome: 'decided'; readonly action: ActionResult }
  | { readonly outcome: 'unknown' | 'not-waiting' | 'same-person' };

/** How long one may be on its way to its job, in milliseconds, before it is asked whether whoever was to start it did so. */
const startingMs = 60_000;

/** What was asked for here, from the request to the receipt. All of it is in the registry, so another console can take over. */
export class Actions {
  readonly #options: ActionsOptions;
  /** Those that this process is about to start, however long that takes. */
  readonly #starting = new Set<string>();

  constructor(options: ActionsOptions) {
    this.#options = options;
  }

  /** Enters what somebody asked for, and starts it unless it needs a second person. @throws DependencyError; JobNotStarted */
  async ask(plan: ActionPlan, words: readonly string[], actor: string): Promise<ActionResult> {
    const { registry, approvalMs } = this.#options;
    const { request, needsApproval } = plan;
    const entered = await registry.requested.enter({
      id: randomUUID(),
      action: request.action,
      projection: request.projection,
      request,
      arguments: words,
      state: needsApproval ? 'awaiting-approval' : 'starting',
      requestedBy: actor,
      ...(needsApproval && { expiresInMs: approvalMs }),
    });
    if (needsApproval) return this.#changed(entered);
    return this.#start(entered);
  }

  /**
   * A second person decides; the first may only take the request back.
   * @param assertPossible throws what keeps the request from being approved now; nothing is changed then
   */
  async decide(
    id: string,
    approve: boolean,
    actor: string,
    assertPossible: (request: ActionRequest) => Promise<void>,
  ): Promise<Decision> {
    const { requested } = this.#options.registry;
    const found = await requested.find(id);
    if (!found) return { outcome: 'unknown' };
    if (found.state !== 'awaiting-approval') return { outcome: 'not-waiting' };
    if (approve && found.requestedBy === actor) return { outcome: 'same-person' };
    if (approve) await assertPossible(found.request as ActionRequest);
    const change = approve
      ? ({ state: 'starting', approvedBy: actor } as const)
      : ({ state: 'rejected', ended: true, message: `${actor} rejected it.` } as const);
    const changed = await requested.change(id, ['awaiting-approval'], change);
    if (!changed) return { outcome: 'not-waiting' };
    return { outcome: 'decided', action: approve ? await this.#start(changed) : this.#changed(changed) };
  }

  async list(filter: { readonly action?: ActionName; readonly projection?: string; readonly limit: number }) {
    return (await this.#options.registry.requested.list(filter)).map((one) => this.#shown(one));
  }

  async find(id: string): Promise<ActionResult | undefined> {
    const found = await this.#options.registry.requested.find(id);
    return found && this.#shown(found);
  }

  /** The action that is known to have begun a run: while it runs by what its job says, afterwards also by its receipt. */
  async ofRun({ runId }: Pick<Run, 'runId'>): Promise<ActionResult | undefined> {
    const found = await this.#options.registry.requested.ofRun(runId);
    return found && this.#shown(found);
  }

  /** Looks after what is under way, and ends what has ended. @returns those that changed */
  async follow(): Promise<ActionResult[]> {
    const { registry } = this.#options;
    const { requested } = registry;
    const changed = [...(await requested.expire())];
    // By the clock that moved them: this machine's may be another.
    const now = await registry.now();
    for (const open of await requested.open()) {
      if (open.state === 'running') changed.push(...(await this.#look(open)));
      else if (
        open.state === 'starting' &&
        !this.#starting.has(open.id) &&
        now.getTime() - lastMoved(open) > startingMs
      )
        changed.push(...(await this.#search(open)));
    }
    return changed.map((one) => this.#changed(one));
  }

  async #start(action: RequestedAction): Promise<ActionResult> {
    this.#starting.add(action.id);
    try {
      return this.#changed(await this.#started(action));
    } finally {
      this.#starting.delete(action.id);
    }
  }

  async #started(action: RequestedAction): Promise<RequestedAction> {
    const { registry, jobs } = this.#options;
    const { id, arguments: words, requestedBy: actor } = action;
    await this.#recordAttempt(action);
    const placed = await registry.requested.change(id, ['starting'], {
      state: 'starting',
      job: jobs.place(id),
    });
    // Another console has given it up in the meantime.
    if (!placed) return (await registry.requested.find(id)) ?? action;
    try {
      const job = await jobs.start({ id, words, actor });
      const started = await registry.requested.change(id, ['starting'], {
        state: 'running',
        started: true,
        job,
      });
      return started ?? placed;
    } catch (error) {
      if (!(error instanceof JobNotStarted)) throw error;
      await registry.audit.recordOutcome(id, { exitCode: 1, message: error.message });
      const failed = await registry.requested.change(id, ['starting'], {
        state: 'failed',
        ended: true,
        message: error.message,
      });
      return failed ?? placed;
    }
  }

  async #recordAttempt({ id, arguments: words, requestedBy, approvedBy }: RequestedAction): Promise<void> {
    await this.#options.registry.audit.recordAttempt({
      attempt: id,
      origin: 'console',
      ...thisProcess(),
      askedBy: requestedBy,
      ...(approvedBy !== null && { actor: `approved by ${approvedBy}` }),
      verb: verbOf(words),
      arguments: words.slice(verbOf(words).split(' ').length),
    });
  }

  /** Whoever was to start it died before it did, or before that was written down: its job says which. */
  async #search(action: RequestedAction): Promise<RequestedAction[]> {
    const { registry, jobs } = this.#options;
    const job = action.job as JobHandle | null;
    try {
      // It may have died before it had written down that it tries.
      await this.#recordAttempt(action);
      if (job === null || (await jobs.look(job)).state === 'gone') return await this.#lost(action, unstarted);
      const found = await registry.requested.change(action.id, ['starting'], {
        state: 'running',
        started: true,
      });
      return found ? [found] : [];
    } catch (error) {
      return notKnownNow(error);
    }
  }

  async #look(action: RequestedAction): Promise<RequestedAction[]> {
    const { registry, jobs } = this.#options;
    try {
      const { state, exitCode, stderr, stdout } = await jobs.look(action.job as JobHandle);
      const document = state === 'ended' ? documentIn(stdout) : undefined;
      const { notices, runIds: named } = saidIn(stderr);
      const ofDocument = runIdIn(document);
      const runIds = runsOf(action, [...named, ofDocument]);
      if (state === 'running') {
        const isNew = notices.length > 0 && JSON.stringify(notices) !== JSON.stringify(action.notices);
        if (!isNew && runIds.length === action.runIds.length) return [];
        const changed = await registry.requested.change(action.id, ['running'], {
          ...{ state: 'running', runIds },
          ...(isNew && { notices }),
        });
        return changed ? [changed] : [];
      }
      if (state === 'gone') return await this.#lost(action, killed, { notices, runIds });
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
      const ended = await registry.requested.change(action.id, ['running'], {
        state: exitCode === 0 ? 'done' : 'failed',
        ended: true,
        ...{ exitCode: exitCode!, message, notices, runIds },
        ...(document && { output: document }),
      });
      return ended ? [ended] : [];
    } catch (error) {
      return notKnownNow(error);
    }
  }

  async #lost(
    action: RequestedAction,
    message: string,
    { notices, runIds }: Said = { notices: [], runIds: action.runIds },
  ): Promise<RequestedAction[]> {
    const { requested, audit } = this.#options.registry;
    await audit.recordOutcome(action.id, {
      ...{ exitCode: 137, message },
      ...(runIds.length > 0 && { runs: runIds }),
    });
    const lost = await requested.change(action.id, ['running', 'starting'], {
      state: 'lost',
      ended: true,
      ...{ message, notices, runIds },
    });
    return lost ? [lost] : [];
  }

  #changed(action: RequestedAction): ActionResult {
    const shown = this.#shown(action);
    this.#options.onChange(shown);
    return shown;
  }

  #shown(action: RequestedAction): ActionResult {
    return resultOf(action, this.#options.jobs);
  }
}

const killed =
  'Its process is gone and left no exit code: it was killed. Look at its run; the same action can be asked for again.';
const unstarted =
  'No process of it is found: whoever was to start it ended before. The same action can be asked for again.';

/** The registry, or what runs jobs, is away: it is looked at again. */
function notKnownNow(error: unknown): [] {
  if (error instanceof DependencyError || error instanceof JobNotSeen) return [];
  throw error;
}

/** Runs that an action is known to have begun, with those that its job names now. Other verbs than `rebuild` name runs of others. */
function runsOf({ action, runIds }: RequestedAction, named: readonly (string | undefined)[]): string[] {
  const seen = action === 'rebuild' ? named.filter((runId) => runId !== undefined) : [];
  return [...new Set([...runIds, ...seen])];
}

/** The verb of a command line: `rebuild`, `dlq redrive`. */
function verbOf(words: readonly string[]): string {
  return words.slice(0, words[0] === 'dlq' ? 2 : 1).join(' ');
}

function lastMoved({ approvedAt, requestedAt }: RequestedAction): number {
  return (approvedAt ?? requestedAt).getTime();
}

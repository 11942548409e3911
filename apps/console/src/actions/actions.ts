import { randomUUID } from 'node:crypto';
import type { Registry, RequestedAction, Run } from '@reprise/read-model-indices';
import type { Logger } from '@reprise/runtime';
import type { ActionName, ActionPlan, ActionRequest, ActionResult } from '../contract/index.ts';
import { JobNotStarted, type JobStarter } from '../jobs/job-starter.ts';
import { Follower } from './follower.ts';
import { recordAttempt } from './recorded-attempt.ts';
import { resultOf } from './result.ts';

export interface ActionsOptions {
  readonly registry: Registry;
  readonly jobs: JobStarter;
  /** How long a second person has, in milliseconds. */
  readonly approvalMs: number;
  readonly onChange: (action: ActionResult) => void;
  readonly logger: Logger;
}

/** What may be approved or rejected, and what came of it. */
export type Decision =
  | { readonly outcome: 'decided'; readonly action: ActionResult }
  | { readonly outcome: 'unknown' | 'not-waiting' | 'same-person' };

/** What was asked for here, from the request to the receipt. All of it is in the registry, so another console can take over. */
export class Actions {
  readonly #options: ActionsOptions;
  /** Those that this process is about to start, however long that takes. */
  readonly #starting = new Set<string>();
  readonly #follower: Follower;

  constructor(options: ActionsOptions) {
    this.#options = options;
    this.#follower = new Follower(options, (action) => void this.#changed(action));
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

  /** Looks after what is under way, and ends what has ended; each that changes is said at once. @throws DependencyError */
  async follow(signal?: AbortSignal): Promise<void> {
    const { requested } = this.#options.registry;
    for (const expired of await requested.expire()) this.#changed(expired);
    await this.#follower.follow((id) => this.#starting.has(id), signal);
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
    await recordAttempt(registry, action);
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

  #changed(action: RequestedAction): ActionResult {
    const shown = this.#shown(action);
    this.#options.onChange(shown);
    return shown;
  }

  #shown(action: RequestedAction): ActionResult {
    return resultOf(action, this.#options.jobs);
  }
}

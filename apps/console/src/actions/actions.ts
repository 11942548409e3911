import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { DependencyError, type Registry, type RequestedAction, type Run } from '@reprise/read-model-indices';
import { lineOf } from '@reprise/runtime/commands';
import type { ActionName, ActionPlan, ActionRequest, ActionResult } from '../contract/index.ts';
import { JobNotSeen, JobNotStarted, type JobHandle, type JobStarter } from '../jobs/job-starter.ts';
import { wordsToCopy } from './arguments.ts';
import { documentIn, meaningOf, noticesIn, runIdIn } from './reading.ts';

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

/** What was asked for here, from the request to the receipt. All of it is in the registry, so another console can take over. */
export class Actions {
  readonly #options: ActionsOptions;

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

  /** A second person decides; the first may only take the request back. */
  async decide(id: string, approve: boolean, actor: string): Promise<Decision> {
    const { requested } = this.#options.registry;
    const found = await requested.find(id);
    if (!found) return { outcome: 'unknown' };
    if (found.state !== 'awaiting-approval') return { outcome: 'not-waiting' };
    if (approve && found.requestedBy === actor) return { outcome: 'same-person' };
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

  /** The action that started a run: its own, by the receipt, or while it runs the one of that projection that runs. */
  async ofRun(run: Run): Promise<ActionResult | undefined> {
    const listed = await this.#options.registry.requested.list({ projection: run.projection, limit: 50 });
    const found =
      listed.find(({ runId }) => runId === run.runId) ??
      listed.find(
        ({ state, action, startedAt }) =>
          run.state === 'RUNNING' &&
          state === 'running' &&
          action === 'rebuild' &&
          startedAt !== null &&
          startedAt <= run.startedAt,
      );
    return found && this.#shown(found);
  }

  /** Looks after what is under way, and ends what has ended. @returns those that changed */
  async follow(): Promise<ActionResult[]> {
    const { requested } = this.#options.registry;
    const changed = [...(await requested.expire())];
    for (const open of await requested.open()) {
      if (open.state === 'running') changed.push(...(await this.#look(open)));
      // Whoever entered it died before it was started, or before that was written down: it is not known which.
      else if (open.state === 'starting' && Date.now() - lastMoved(open) > 60_000)
        changed.push(...(await this.#lost(open)));
    }
    return changed.map((one) => this.#changed(one));
  }

  async #start(action: RequestedAction): Promise<ActionResult> {
    const { registry, jobs } = this.#options;
    const { id, arguments: words, requestedBy: actor, approvedBy } = action;
    await registry.audit.recordAttempt({
      attempt: id,
      origin: 'console',
      ...{ user: userInfo().username, host: hostname(), pid: process.pid },
      askedBy: actor,
      ...(approvedBy !== null && { actor: `approved by ${approvedBy}` }),
      verb: verbOf(words),
      arguments: words.slice(verbOf(words).split(' ').length),
    });
    try {
      const job = await jobs.start({ id, words, actor });
      const started = await registry.requested.change(id, ['starting'], {
        state: 'running',
        started: true,
        job,
      });
      return this.#changed(started ?? action);
    } catch (error) {
      if (!(error instanceof JobNotStarted)) throw error;
      const failed = await registry.requested.change(id, ['starting'], {
        state: 'failed',
        ended: true,
        message: error.message,
      });
      await registry.audit.recordOutcome(id, { exitCode: 1, message: error.message });
      return this.#changed(failed ?? action);
    }
  }

  async #look(action: RequestedAction): Promise<RequestedAction[]> {
    const { registry, jobs } = this.#options;
    try {
      const { state, exitCode, stderr, stdout } = await jobs.look(action.job as JobHandle);
      const notices = noticesIn(stderr);
      if (state === 'running') {
        if (notices.length === 0 || JSON.stringify(notices) === JSON.stringify(action.notices)) return [];
        const changed = await registry.requested.change(action.id, ['running'], {
          state: 'running',
          notices,
        });
        return changed ? [changed] : [];
      }
      if (state === 'gone') return await this.#lost(action, notices);
      const document = documentIn(stdout);
      const runId = runIdIn(document);
      const message = meaningOf(exitCode!, document);
      const ended = await registry.requested.change(action.id, ['running'], {
        state: exitCode === 0 ? 'done' : 'failed',
        ended: true,
        ...{ exitCode: exitCode!, message, notices },
        ...(runId !== undefined && { runId }),
        ...(document && { output: document }),
      });
      await registry.audit.recordOutcome(action.id, {
        exitCode: exitCode!,
        ...(exitCode !== 0 && { message: notices.at(-1) ?? message }),
        ...(runId !== undefined && { runs: [runId] }),
        receipt: document,
      });
      return ended ? [ended] : [];
    } catch (error) {
      // The registry, or what runs jobs, is away: it is looked at again.
      if (error instanceof DependencyError || error instanceof JobNotSeen) return [];
      throw error;
    }
  }

  async #lost(action: RequestedAction, notices: readonly string[] = []): Promise<RequestedAction[]> {
    const message =
      'Its process is gone and left no exit code: it was killed. Look at its run; the same action can be asked for again.';
    const { requested, audit } = this.#options.registry;
    const lost = await requested.change(action.id, ['running', 'starting'], {
      state: 'lost',
      ended: true,
      message,
      notices,
    });
    await audit.recordOutcome(action.id, { exitCode: 137, message });
    return lost ? [lost] : [];
  }

  #changed(action: RequestedAction): ActionResult {
    const shown = this.#shown(action);
    this.#options.onChange(shown);
    return shown;
  }

  #shown(action: RequestedAction): ActionResult {
    const iso = (moment: Date | null) => moment?.toISOString() ?? null;
    return {
      id: action.id,
      request: action.request as ActionRequest,
      commandLine: lineOf(wordsToCopy(action.arguments)),
      state: action.state as ActionResult['state'],
      requestedBy: action.requestedBy,
      requestedAt: action.requestedAt.toISOString(),
      expiresAt: iso(action.expiresAt),
      approvedBy: action.approvedBy,
      approvedAt: iso(action.approvedAt),
      startedAt: iso(action.startedAt),
      endedAt: iso(action.endedAt),
      exitCode: action.exitCode,
      message: action.message,
      job: action.job === null ? null : this.#options.jobs.describe(action.job as JobHandle),
      runId: action.runId,
      notices: [...action.notices],
      output: action.output ?? null,
    };
  }
}

/** The verb of a command line: `rebuild`, `dlq redrive`. */
function verbOf(words: readonly string[]): string {
  return words.slice(0, words[0] === 'dlq' ? 2 : 1).join(' ');
}

function lastMoved({ approvedAt, requestedAt }: RequestedAction): number {
  return (approvedAt ?? requestedAt).getTime();
}

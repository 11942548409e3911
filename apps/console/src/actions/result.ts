import type { RequestedAction } from '@reprise/read-model-indices';
import { lineOf } from '@reprise/runtime/commands';
import type { ActionRequest, ActionResult } from '../contract/index.ts';
import type { JobHandle, JobStarter } from '../jobs/job-starter.ts';
import { wordsToCopy } from './arguments.ts';

/** An action as it is shown. */
export function resultOf(action: RequestedAction, jobs: Pick<JobStarter, 'describe'>): ActionResult {
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
    job: action.job === null ? null : jobs.describe(action.job as JobHandle),
    runId: action.runIds.at(-1) ?? null,
    runIds: [...action.runIds],
    notices: [...action.notices],
    output: action.output ?? null,
  };
}

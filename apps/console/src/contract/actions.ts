import { z } from 'zod';
import { environment, role } from './session.ts';
import { count, moment, projectionName } from './known.ts';

/** What can be done from the console. Each is one command line of the finite job. */
export const actionName = z.enum([
  'plan',
  'rebuild',
  'promote',
  'rollback',
  'cancel',
  'prune',
  'verify',
  'repair',
  'redrive',
  'discard',
]);
export type ActionName = z.infer<typeof actionName>;

/** Whether an action may be done now, and why not. */
export const legalAction = z.object({
  action: actionName,
  legal: z.boolean(),
  /** What it would do, or why it cannot be done now: one sentence. */
  why: z.string(),
  /** The least role that may do it. */
  role,
  /** For promote: the generation it would go to. */
  generation: z.string().nullable(),
});
export type LegalAction = z.infer<typeof legalAction>;

/** Characters of the longest value of an option, and the most options: no action has as many. */
export const [longestOption, mostOptions] = [20_000, 40];

/** What an action is asked for. Which options go with which action: `ActionForm`. */
export const actionRequest = z.object({
  action: actionName,
  projection: z.string().max(100).regex(projectionName).nullable(),
  /** Values as the command line takes them; a flag is `true`. */
  options: z
    .record(z.string(), z.union([z.string().max(longestOption), z.boolean()]))
    .meta({ maxProperties: mostOptions }),
});
export type ActionRequest = z.infer<typeof actionRequest>;

/** One option of an action, as a form shows it. */
export const actionOption = z.object({
  /** As in `ActionRequest.options`: `maxShrink`. */
  name: z.string(),
  /** As on the command line: `--max-shrink SHARE`. */
  flags: z.string(),
  description: z.string(),
  kind: z.enum(['flag', 'text', 'number', 'choice', 'ids']),
  choices: z.array(z.string()),
  required: z.boolean(),
});
export type ActionOption = z.infer<typeof actionOption>;

export const actionForm = z.object({
  action: actionName,
  description: z.string(),
  role,
  needsProjection: z.boolean(),
  /** Whether it changes anything: `plan`, and `verify` without `repair`, do not. */
  changes: z.boolean(),
  options: z.array(actionOption),
});
export type ActionForm = z.infer<typeof actionForm>;

/** What an action will do, before it is done. */
export const actionPlan = z.object({
  request: actionRequest,
  environment,
  /** Sentences, in order. */
  willDo: z.array(z.string()),
  /** What is lost or disturbed if it goes wrong, or is the wrong thing: sentences. */
  atStake: z.array(z.string()),
  warnings: z.array(z.string()),
  /** The equal command line, to copy. */
  commandLine: z.string(),
  legal: z.boolean(),
  /** Why it is not; null when it is. */
  refusal: z.string().nullable(),
  /** Dead letters it would touch, of redrive and discard; null for others. */
  touches: z.object({ letters: count, aggregates: count, atLeast: z.boolean() }).nullable(),
  needsApproval: z.boolean(),
  /** To be typed and sent as `confirmation`; null where nothing has to be. */
  confirmation: z.string().nullable(),
});
export type ActionPlan = z.infer<typeof actionPlan>;

export const actionState = z.enum([
  'awaiting-approval',
  'rejected',
  'expired',
  'starting',
  'running',
  'done',
  /** It ended with another exit code than 0. */
  'failed',
  /** Its process is gone and left no exit code. */
  'lost',
]);
export type ActionState = z.infer<typeof actionState>;

/** An action that somebody asked for, and what became of it. */
export const actionResult = z.object({
  id: z.uuid(),
  request: actionRequest,
  commandLine: z.string(),
  state: actionState,
  requestedBy: z.string(),
  requestedAt: moment,
  /** Of a request that waits for its second person. */
  expiresAt: moment.nullable(),
  approvedBy: z.string().nullable(),
  approvedAt: moment.nullable(),
  startedAt: moment.nullable(),
  endedAt: moment.nullable(),
  exitCode: z.int().nullable(),
  /** What the exit code means, or why the action was not started: one sentence; null while it runs. */
  message: z.string().nullable(),
  /** Where it runs: `process 4711 on HOST`, `job NAME in NAMESPACE`. */
  job: z.string().nullable(),
  /** The newest of `runIds`; null where there is none. */
  runId: z.uuid().nullable(),
  /**
   * Runs of the registry that it is known to have begun, oldest first: none until its job has named one. A pod that replaces an evicted
   * one resumes the build as another run.
   */
  runIds: z.array(z.uuid()),
  /** The last lines of its stderr: notices and errors. */
  notices: z.array(z.string()),
  /** The one JSON document it printed; null until it ended, and where there is none. */
  output: z.unknown(),
});
export type ActionResult = z.infer<typeof actionResult>;

import { runStates } from '@reprise/read-model-indices';
import type { OpenLetters } from '@reprise/read-model-feed';
import type { WriteSideFacts } from './facts.ts';
import type { ProjectionChange } from './projection-change.ts';
import type { FeederStatus, GenerationStatus, ReadModelStatus, RunStatus } from './read-model-status.ts';
import type { ShardedBuildStatus } from './sharded-build.ts';
import { verdictKinds, type Action, type Verdict } from './verdict.ts';

/** The status of read models by bounded context, as the operations API answers it. In JSON moments are texts. */
export interface StatusDocument {
  readonly at: Date;
  readonly contexts: readonly { readonly context: string; readonly readModels: readonly ReadModelStatus[] }[];
}

const text = { type: 'string' };
const moment = { type: 'string', format: 'date-time' };
const number = { type: 'number' };
const whole = { type: 'integer' };
const flag = { type: 'boolean' };
const oneOf = (...words: readonly string[]) => ({ type: 'string', enum: words });
const list = (items: object) => ({ type: 'array', items });
const map = (values: object) => ({ type: 'object', additionalProperties: values });
const orNull = (schema: object) => ({ ...schema, nullable: true });
/** An object with each member of T, and whatever a later release adds. */
const object = <T = Record<string, unknown>>(
  properties: Readonly<Record<keyof T & string, object>>,
  optional: Readonly<Record<string, object>> = {},
) => ({
  ...{ type: 'object', properties: { ...properties, ...optional } },
  required: Object.keys(properties),
});

const process = {
  ...{ runId: text, startedAt: moment, host: text, pid: whole },
  // Whatever a run saved: it is only shown.
  progress: orNull({ type: 'object' }),
};
const generation = object<GenerationStatus>({
  ...{ name: text, uuid: text, state: text, since: moment, sinceSeconds: number, fingerprint: text },
  ...{ projectionVersion: whole, digest: orNull(text), untilTs: orNull(text), stored: orNull(flag) },
  ...{ positions: map(number), lag: orNull(number), lagSeconds: orNull(number) },
  feeders: list(object<FeederStatus>({ feederId: text, silentSeconds: number, partitions: list(whole) })),
  ...{ unfed: list(whole), refusedBy: list(text) },
});
const run = object<RunStatus>({
  ...{ runId: text, state: oneOf(...runStates, 'LOST'), outcome: orNull(text), exitCode: orNull(whole) },
  ...{ startedAt: moment, endedAt: orNull(moment), agoSeconds: number, generation: orNull(text) },
  refused: orNull(object({ documents: whole, first: list(object({ id: text, reason: text })) })),
});
const deeds = {
  ...{ rollback: {}, promote: {}, rebuild: {}, start: {}, 'look-again': {}, 'point-readers': {} },
  ...{ 'list-dead-letters': {}, 'release-parked': {} },
} satisfies Record<Action['do'], object>;
const action = object(
  { do: oneOf(...Object.keys(deeds)) },
  { projection: text, generation: text, readers: text, application: text },
);
const readModel = object<ReadModelStatus>({
  projection: text,
  verdict: object<Verdict>({ kind: oneOf(...verdictKinds), text, next: orNull(action) }),
  versions: oneOf('sequence', 'position'),
  bound: orNull(object({ topic: text, clusterId: orNull(text), readers: text })),
  readers: object({ alias: text, on: list(text), caveats: list(text), unreachable: orNull(text) }),
  change: orNull(
    object<ProjectionChange>({
      kind: oneOf('storage', 'logic', 'both'),
      from: text,
      to: text,
      sentence: text,
    }),
  ),
  generations: list(generation),
  ...{ orphans: orNull(list(text)), missing: orNull(list(text)), heldBack: orNull(whole) },
  letters: orNull(object<OpenLetters>({ open: whole, more: flag })),
  repairs: orNull(object({ open: whole, failed: whole, oldestOpenSeconds: orNull(number) })),
  writeSide: orNull(object<WriteSideFacts>({ unpublished: whole, parked: whole, oldestMs: orNull(number) })),
  ...{ writeSideFault: orNull(text), logUnreachable: orNull(text) },
  running: orNull(object({ ...process, savedAt: orNull(moment), lost: flag, sinceSeconds: number })),
  shards: orNull(
    object<ShardedBuildStatus>({
      ...{ generation: text, job: orNull(text) },
      shards: list(
        object({
          shard: text,
          state: oneOf('built', 'at work', 'not at work'),
          run: orNull(object(process)),
        }),
      ),
    }),
  ),
  lastRuns: list(run),
});

/** JSON Schema of StatusDocument, within what OpenAPI 3.0 has of it. */
export const statusDocumentSchema: Readonly<Record<string, unknown>> = object<StatusDocument>({
  at: moment,
  contexts: list(object({ context: text, readModels: list(readModel) })),
});

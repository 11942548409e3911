import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ReadModelStatus } from '@reprise/read-model-status';

/** The status of read models as the operations API answers it: what `status --json` prints, sorted by bounded context. */
export interface StatusDocument {
  readonly contexts: readonly { readonly context: string; readonly readModels: readonly ReadModelStatus[] }[];
}

const text = { type: 'string' };
const number = { type: 'number' };
const flag = { type: 'boolean' };
const list = (items: object) => ({ type: 'array', items });
const map = (values: object) => ({ type: 'object', additionalProperties: values });
const orNull = (schema: object) => ({ anyOf: [{ type: 'null' }, schema] });
/** An object with these members, and whatever a later release adds. */
const object = (properties: Record<string, object>) => ({
  ...{ type: 'object', properties },
  required: Object.keys(properties),
});

const process = {
  runId: text,
  startedAt: text,
  host: text,
  pid: number,
  progress: orNull({ type: 'object' }),
};
const generation = object({
  ...{ name: text, uuid: text, state: text, since: text, sinceSeconds: number, fingerprint: text },
  ...{ projectionVersion: number, digest: orNull(text), untilTs: orNull(text), stored: orNull(flag) },
  ...{ positions: map(number), lag: orNull(number), lagSeconds: orNull(number) },
  feeders: list(object({ feederId: text, silentSeconds: number, partitions: list(number) })),
  ...{ unfed: list(number), refusedBy: list(text) },
});
const run = object({
  ...{ runId: text, state: text, outcome: orNull(text), exitCode: orNull(number), startedAt: text },
  ...{ endedAt: orNull(text), agoSeconds: number, generation: orNull(text) },
  refused: orNull(object({ documents: number, first: list(object({ id: text, reason: text })) })),
});
const action = object({
  do: {
    enum: [
      ...['rollback', 'promote', 'rebuild', 'look-again', 'point-readers'],
      ...['list-dead-letters', 'release-parked', 'start'],
    ],
  },
});
const readModel = object({
  ...{ projection: text, verdict: object({ kind: text, text, next: orNull(action) }), versions: text },
  bound: orNull(object({ topic: text, clusterId: orNull(text), readers: text })),
  readers: object({ alias: text, on: list(text), caveats: list(text), unreachable: orNull(text) }),
  change: orNull(object({ kind: text, from: text, to: text, sentence: text })),
  generations: list(generation),
  ...{ orphans: orNull(list(text)), missing: orNull(list(text)), heldBack: orNull(number) },
  letters: orNull(object({ open: number, more: flag })),
  repairs: orNull(object({ open: number, failed: number, oldestOpenSeconds: orNull(number) })),
  writeSide: orNull(object({ unpublished: number, parked: number, oldestMs: orNull(number) })),
  ...{ writeSideFault: orNull(text), logUnreachable: orNull(text) },
  running: orNull(object({ ...process, savedAt: orNull(text), lost: flag, sinceSeconds: number })),
  shards: orNull(
    object({
      ...{ generation: text, job: orNull(text) },
      shards: list(object({ shard: text, state: text, run: orNull(object(process)) })),
    }),
  ),
  lastRuns: list(run),
});
const isDocument = new Ajv2020({ strict: false }).compile(
  object({ at: text, contexts: list(object({ context: text, readModels: list(readModel) })) }),
);

/** Moments by the names of their members; the API sends them as texts. */
const moments: ReadonlySet<string> = new Set(['since', 'startedAt', 'savedAt', 'endedAt']);

/**
 * Reads the document, whoever sent it, as what `readStatus` returns.
 *
 * @returns undefined where it is none of this release
 */
export function readStatusDocument(document: unknown): StatusDocument | undefined {
  if (!isDocument(document)) return undefined;
  return JSON.parse(JSON.stringify(document), (name, value: unknown) =>
    moments.has(name) && typeof value === 'string' ? new Date(value) : value,
  ) as StatusDocument;
}

import { runStates } from '@reprise/read-model-indices';
import { z } from 'zod';
import { count, moment } from './known.ts';
import { verdictKind } from './overview.ts';

const texts = z.array(z.string());
/** Whatever a run saved; it is only shown. */
const progress = z.record(z.string(), z.any()).nullable();

const action = z.discriminatedUnion('do', [
  z.object({ do: z.enum(['rollback', 'rebuild', 'look-again']), projection: z.string() }),
  z.object({ do: z.literal('promote'), generation: z.string() }),
  z.object({ do: z.literal('point-readers'), readers: z.string(), projection: z.string() }),
  z.object({ do: z.enum(['list-dead-letters', 'release-parked']) }),
  z.object({ do: z.literal('start'), application: z.enum(['projection-consumer', 'outbox-relay']) }),
]);

const verdict = z.object({
  kind: verdictKind,
  text: z.string(),
  next: z.union([...action.options, z.null()]),
});

const generation = z.object({
  ...{ name: z.string(), uuid: z.string(), state: z.string(), since: moment },
  ...{ sinceSeconds: z.number(), fingerprint: z.string(), projectionVersion: z.int() },
  ...{ digest: z.string().nullable(), untilTs: z.string().nullable(), stored: z.boolean().nullable() },
  positions: z.record(z.string(), z.number()),
  ...{ lag: z.number().nullable(), lagSeconds: z.number().nullable() },
  feeders: z.array(
    z.object({ feederId: z.string(), silentSeconds: z.number(), partitions: z.array(z.int()) }),
  ),
  ...{ unfed: z.array(z.int()), refusedBy: texts },
});

const run = z.object({
  ...{ runId: z.string(), state: z.enum([...runStates, 'LOST']), outcome: z.string().nullable() },
  ...{
    exitCode: z.int().nullable(),
    startedAt: moment,
    endedAt: moment.nullable(),
    agoSeconds: z.number(),
  },
  generation: z.string().nullable(),
  refused: z
    .object({ documents: count, first: z.array(z.object({ id: z.string(), reason: z.string() })) })
    .nullable(),
});

const process = z.object({
  ...{ runId: z.string(), startedAt: moment, host: z.string(), pid: z.int(), progress },
});

const readModel = z.object({
  ...{ projection: z.string(), verdict, versions: z.enum(['sequence', 'position']) },
  bound: z.object({ topic: z.string(), clusterId: z.string().nullable(), readers: z.string() }).nullable(),
  readers: z.object({
    ...{ alias: z.string(), on: texts, caveats: texts, unreachable: z.string().nullable() },
  }),
  change: z
    .object({
      ...{ kind: z.enum(['storage', 'logic', 'both']), from: z.string(), to: z.string() },
      sentence: z.string(),
    })
    .nullable(),
  generations: z.array(generation),
  ...{ orphans: texts.nullable(), missing: texts.nullable(), heldBack: count.nullable() },
  letters: z.object({ open: count, more: z.boolean() }).nullable(),
  repairs: z.object({ open: count, failed: count, oldestOpenSeconds: z.number().nullable() }).nullable(),
  writeSide: z.object({ unpublished: count, parked: count, oldestMs: z.number().nullable() }).nullable(),
  ...{ writeSideFault: z.string().nullable(), logUnreachable: z.string().nullable() },
  running: process
    .extend({ savedAt: moment.nullable(), lost: z.boolean(), sinceSeconds: z.number() })
    .nullable(),
  shards: z
    .object({
      ...{ generation: z.string(), job: z.string().nullable() },
      shards: z.array(
        z.object({
          ...{ shard: z.string(), state: z.enum(['built', 'at work', 'not at work']) },
          run: process.nullable(),
        }),
      ),
    })
    .nullable(),
  lastRuns: z.array(run),
});

/** The status of read models, the same as `status --json`, sorted by bounded context; `status --console` reads it. */
export const statusDocument = z.object({
  /** When it was looked at. */
  at: moment,
  contexts: z.array(z.object({ context: z.string(), readModels: z.array(readModel) })),
});

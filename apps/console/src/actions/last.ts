import type { Registry, RequestedAction } from '@reprise/read-model-indices';
import type { DriftView, Recommendation } from '../contract/index.ts';

/** What `verify --json` prints, as far as it is read here; one of another release may lack any of it. */
interface Verification {
  readonly upTo?: string;
  readonly generation?: string;
  readonly watermark?: Readonly<Record<string, string>>;
  readonly outcome?: string;
  readonly counts?: Readonly<Record<string, number>>;
  readonly drift?: readonly { readonly id: string; readonly class: string }[];
  readonly warnings?: readonly string[];
}

/** What `plan --json` prints. */
interface Planned {
  readonly verdict?: string;
  readonly predicted?: { readonly documents?: number };
  readonly estimatedDurationMs?: number;
}

const lookedThrough = 20;

/** The newest one about the whole read model: a check of some aggregates says nothing of the others. */
async function endedOf(
  registry: Registry,
  action: string,
  projection: string,
): Promise<RequestedAction | undefined> {
  const listed = await registry.requested.list({ action, projection, limit: lookedThrough });
  return listed.find(
    ({ endedAt, output, arguments: words }) =>
      endedAt !== null && output !== null && !words.some((word) => word.startsWith('--aggregate-id')),
  );
}

/** What the newest whole comparison found; null where none was asked for here. */
export async function lastDrift(registry: Registry, projection: string): Promise<DriftView | null> {
  const found = await endedOf(registry, 'verify', projection);
  const {
    outcome,
    upTo,
    generation,
    watermark = {},
    counts = {},
    drift = [],
    warnings = [],
  } = (found?.output ?? {}) as Verification;
  if (!found || outcome === undefined || generation === undefined) return null;
  return {
    ...{ projection, actionId: found.id, outcome, generation },
    at: upTo ?? found.endedAt!.toISOString(),
    watermark: { ...watermark },
    counts: { ...counts },
    drift: drift.map(({ id, class: kind }) => ({ id, class: kind })),
    warnings: [...warnings],
  };
}

/** What the newest plan predicted. */
export async function lastPlan(registry: Registry, projection: string): Promise<Recommendation['predicted']> {
  const found = await endedOf(registry, 'plan', projection);
  const { verdict, predicted, estimatedDurationMs } = (found?.output ?? {}) as Planned;
  if (!found || verdict === undefined || predicted?.documents === undefined)
    return { known: false, none: true, why: 'no plan of it was made from this console' };
  return {
    known: true,
    value: {
      ...{ documents: predicted.documents, verdict, actionId: found.id },
      seconds: Math.round((estimatedDurationMs ?? 0) / 1_000),
      at: found.endedAt!.toISOString(),
    },
  };
}

import type { Registry } from '@reprise/read-model-indices';
import type { GenerationStatus } from '@reprise/read-model-status';
import type { Known, Proof } from '../contract/index.ts';

interface ReceiptParts {
  readonly digest?: string | null;
  readonly ranges?: readonly { readonly partition: number; readonly end: string }[];
  readonly timing?: { readonly endedAt?: string };
}

/** A comparison that found readers to be served what the log says. */
export interface CleanComparison {
  readonly at: string;
  readonly generation: string;
  readonly watermark: Readonly<Record<string, string>>;
}

/**
 * The newest proof of a generation: the gate of the run that built it, or a later comparison with the log that found no difference.
 *
 * @param compared the newest clean comparison of the read model, where there is one
 */
export async function proofOf(
  registry: Registry,
  served: GenerationStatus | undefined,
  compared: CleanComparison | undefined,
): Promise<Known<Proof>> {
  if (!served) return { known: false, why: 'readers are not on one generation of this registry' };
  const { digest, uuid, name } = served;
  if (digest === null)
    return {
      known: false,
      none: true,
      why: `no gate has proven ${name}: a consumer made it and fills it from the log`,
    };
  const entry = await registry.findGeneration(uuid);
  const run = entry?.runId == null ? undefined : await registry.findRun(entry.runId);
  const receipt = (run?.receipt ?? {}) as ReceiptParts;
  if (compared?.generation === name)
    return {
      known: true,
      value: {
        digest,
        watermark: { ...compared.watermark },
        provenAt: compared.at,
        by: 'verify',
        runId: null,
      },
    };
  const at = receipt.timing?.endedAt ?? run?.endedAt?.toISOString() ?? served.since.toISOString();
  const watermark = Object.fromEntries(
    (receipt.ranges ?? []).map(({ partition, end }) => [String(partition), end]),
  );
  return { known: true, value: { digest, watermark, provenAt: at, by: 'gate', runId: run?.runId ?? null } };
}

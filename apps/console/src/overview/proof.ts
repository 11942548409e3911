import type { Registry, VerifiedProof } from '@reprise/read-model-indices';
import type { GenerationStatus } from '@reprise/read-model-status';
import type { Known, Proof } from '../contract/index.ts';

interface ReceiptParts {
  readonly digest?: string | null;
  readonly ranges?: readonly { readonly partition: number; readonly end: string }[];
  readonly timing?: { readonly endedAt?: string };
}

/**
 * The newest proof of a generation: the gate of the run that built it, or a later comparison with the log that found no difference.
 *
 * @param verified the newest whole comparison of the read model that found no difference, whoever made it; null where there is none
 */
export async function proofOf(
  registry: Registry,
  served: GenerationStatus | undefined,
  verified: VerifiedProof | null,
): Promise<Known<Proof>> {
  if (!served) return { known: false, why: 'readers are not on one generation of this registry' };
  const { uuid, name } = served;
  if (verified?.generation === name) {
    const { digest, watermark, at: provenAt } = verified;
    return {
      known: true,
      value: { digest, watermark: { ...watermark }, provenAt, by: 'verify', runId: null },
    };
  }
  const { digest } = served;
  if (digest === null)
    return {
      known: false,
      none: true,
      why: `no gate has proven ${name}: a consumer made it and fills it from the log`,
    };
  const entry = await registry.findGeneration(uuid);
  const run = entry?.runId == null ? undefined : await registry.findRun(entry.runId);
  const receipt = (run?.receipt ?? {}) as ReceiptParts;
  const at = receipt.timing?.endedAt ?? run?.endedAt?.toISOString() ?? served.since.toISOString();
  const watermark = Object.fromEntries(
    (receipt.ranges ?? []).map(({ partition, end }) => [String(partition), end]),
  );
  return { known: true, value: { digest, watermark, provenAt: at, by: 'gate', runId: run?.runId ?? null } };
}

import type { Registry } from '@reprise/read-model-indices';
import { faultClasses } from './classify.ts';
import type { VerifyReport } from './verify.ts';

/**
 * Enters what a whole comparison came to in the registry, for the metrics of service levels and as the last proof of the read model. A comparison that a role made which may
 * only read stays valid: the report then warns that it was not entered.
 */
export async function recordVerification(
  registry: Pick<Registry, 'verifications'>,
  report: VerifyReport,
): Promise<VerifyReport> {
  const { projection, generation, outcome, counts, warnings, digest, watermark, upTo } = report;
  const differing = faultClasses.reduce((sum, name) => sum + counts[name], 0);
  const proof = report.clean && digest !== null ? { generation, digest, watermark, at: upTo } : null;
  try {
    await registry.verifications.record({ projection, generation, outcome, differing, proof });
    return report;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...report, warnings: [...warnings, `the result was not entered in the registry: ${why}`] };
  }
}

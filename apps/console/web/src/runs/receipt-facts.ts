import type { BucketDigestView, GenerationContents } from '../../../src/contract/index.ts';
import type { Tone } from '../words/verdicts.ts';

/** What the pages read of a receipt, which is JSON as the command line prints it; a field that an old receipt lacks is undefined. */
export interface ReceiptFacts {
  readonly outcome: string | undefined;
  readonly generation: string | undefined;
  readonly digest: string | undefined;
  readonly ranges: readonly { readonly partition: number; readonly start: string; readonly end: string }[];
  readonly warnings: readonly string[];
  readonly message: string | undefined;
}

export function receiptFacts(receipt: Readonly<Record<string, unknown>>): ReceiptFacts {
  const generation = receipt['generation'] as { readonly name?: unknown } | null | undefined;
  return {
    outcome: text(receipt['outcome']),
    generation: text(generation?.name),
    digest: text(receipt['digest']),
    ranges: Array.isArray(receipt['ranges']) ? (receipt['ranges'] as ReceiptFacts['ranges']) : [],
    warnings: Array.isArray(receipt['warnings']) ? receipt['warnings'].map(String) : [],
    message: text(receipt['message']),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What a digest is the SHA-256 of: one line for each bucket with documents, in order. */
export function digestLines(buckets: readonly BucketDigestView[]): string {
  return [...buckets]
    .filter(({ documents }) => documents > 0)
    .sort((one, other) => one.bucket - other.bucket)
    .map(({ bucket, documents, high, low }) => `${bucket}:${documents}:${high}:${low}\n`)
    .join('');
}

/** Made here, from the sums of the buckets. @throws where the browser offers no SHA-256, as without TLS */
export async function digestOf(buckets: readonly BucketDigestView[]): Promise<string> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle;
  if (!subtle)
    throw new Error('the browser offers SHA-256 only to pages that came by TLS or from this machine');
  const hash = await subtle.digest('SHA-256', new TextEncoder().encode(digestLines(buckets)));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether a generation was fed past what its receipt speaks for; undefined where that is not known. */
export function fedFurther(
  ranges: ReceiptFacts['ranges'],
  positions: readonly { readonly partition: number; readonly position: string }[] | undefined,
): boolean | undefined {
  if (!positions || ranges.length === 0) return undefined;
  return ranges.some(({ partition, end }) => {
    const at = positions.find((one) => one.partition === partition);
    return at !== undefined && BigInt(at.position) > BigInt(end);
  });
}

/** What recomputing says about a receipt. */
export function judgeReceipt(
  { digest }: Pick<ReceiptFacts, 'digest'>,
  contents: Pick<GenerationContents, 'digest'>,
  recomputed: string,
  further: boolean | undefined,
): { readonly tone: Tone; readonly words: string } {
  if (digest === undefined) return { tone: 'unknown', words: 'The receipt has no digest to compare with.' };
  if (recomputed !== contents.digest)
    return {
      tone: 'bad',
      words: 'The server’s digest is not that of the buckets it sent. Do not trust this answer.',
    };
  if (recomputed === digest)
    return {
      tone: 'ok',
      words:
        'The generation holds now exactly what the receipt proves, by the hash that is stored with each document: the digests are equal.',
    };
  if (further === true)
    return {
      tone: 'unknown',
      words:
        'Whether it holds what the receipt proves is unknown: later events were fed to the generation, so it may rightly hold other documents now. To compare it with the log of now, verify it.',
    };
  if (further === false)
    return {
      tone: 'bad',
      words:
        'The generation holds something else than the receipt proves, although no later event was fed to it. Verify it.',
    };
  return {
    tone: 'unknown',
    words:
      'The digests differ. Whether later events were fed to the generation is not known here; verify it.',
  };
}

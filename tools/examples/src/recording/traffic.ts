import { setTimeout as delay } from 'node:timers/promises';
import { credentialOf } from '@reprise/access';

/** What readers and writers got while the traffic lasted. */
export interface TrafficReport {
  readonly searches: number;
  readonly writes: number;
  /** Answers that were not 2xx, and requests without an answer. */
  readonly failed: number;
  readonly slowestSearchMs: number;
}

/**
 * Searches with four clients and creates products with one until `signal` is aborted. Each pauses for 50 ms between two requests:
 * on one machine, clients at full speed would take the processor from what they measure.
 *
 * @param origins of the running search API and product API
 */
export async function traffic(
  { searchApi, productApi }: { readonly searchApi: string; readonly productApi: string },
  signal: AbortSignal,
): Promise<TrafficReport> {
  const report = { searches: 0, writes: 0, failed: 0, slowestSearchMs: 0 };
  const until = async (request: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      await request().catch(() => void (report.failed += 1));
      await delay(50);
    }
  };
  const search = async () => {
    const begun = performance.now();
    await answered(`${searchApi}/v1/search?q=lamp&size=10`);
    report.searches += 1;
    report.slowestSearchMs = Math.max(report.slowestSearchMs, Math.round(performance.now() - begun));
  };
  const write = async () => {
    const product = { title: 'Traffic lamp', description: 'Written while a rebuild runs.', stock: 1 };
    await answered(`${productApi}/v1/products`, {
      method: 'POST',
      body: JSON.stringify({ ...product, categoryId: 'kitchen', priceMinor: 100, currency: 'EUR', tags: [] }),
    });
    report.writes += 1;
  };
  await Promise.all([search, search, search, search, write].map(until));
  return report;
}

async function answered(url: string, init?: RequestInit): Promise<void> {
  const headers = { ...credentialOf(process.env), ...(init && { 'content-type': 'application/json' }) };
  const response = await fetch(url, { ...init, headers });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
}

import { credentialOf } from '@reprise/access';
import type { BenchOptions } from '../options.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { percentile } from '../report/percentiles.ts';
import { markdownTable, times, whole } from '../report/table.ts';
import { cpuSeconds } from '../servers/cpu-seconds.ts';
import { openPipeline } from '../servers/pipeline.ts';
import { inSession, type BenchmarkRun } from '../session.ts';

type HostileOptions = Pick<BenchOptions, 'rounds' | 'concurrency'>;

interface HttpRequest {
  readonly title: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** What has to be answered. */
  readonly status: number;
}

interface Cost {
  readonly request: HttpRequest;
  readonly answerBytes: number;
  readonly p50: number;
  readonly p99: number;
  /** Processor time of the API for one request, in milliseconds. */
  readonly cpuMs: number;
}

const product = {
  title: 'Enamel mug',
  description: 'Survives a fall.',
  categoryId: 'kitchen',
  priceMinor: 1_450,
  currency: 'EUR',
  stock: 10,
  tags: ['camping'],
};

const members = (count: number): string =>
  `{${Array.from({ length: count }, (_, index) => `"${index.toString(16)}":0`).join()}}`;
const latin1 = Uint8Array.from(JSON.stringify({ ...product, title: 'caf\u00e9' }), (char) =>
  char.charCodeAt(0),
);

/** The normal request comes first; the others are what a stranger would send. */
const requests: readonly HttpRequest[] = [
  { title: 'a product', body: JSON.stringify(product), status: 201 },
  { title: '99 KB of unknown members', body: members(11_500), status: 400 },
  { title: '900 unknown members', body: members(900), status: 400 },
  { title: 'one name of 90 KB', body: `{"${'x'.repeat(90_000)}":0}`, status: 400 },
  { title: '50,000 levels', body: '['.repeat(50_000), status: 400 },
  { title: '10,000 tags', body: JSON.stringify({ ...product, tags: Array(10_000).fill('t') }), status: 400 },
  { title: 'a body that is not UTF-8', body: latin1, status: 400 },
  { title: 'a body of 110 KB', body: 'x'.repeat(110_000), status: 413 },
  { title: 'a compressed body', body: latin1, headers: { 'content-encoding': 'gzip' }, status: 415 },
  { title: 'a path of 15 KB', method: 'GET', path: `/${'a'.repeat(15_000)}`, status: 404 },
  { title: 'an id of 15 KB', method: 'GET', path: `/v1/products/${'a'.repeat(15_000)}`, status: 414 },
  { title: 'headers of 20 KB', method: 'GET', headers: { x: 'a'.repeat(20_000) }, status: 431 },
  { title: 'another method', method: 'PUT', body: '{}', status: 405 },
];

/**
 * Sends what a stranger may send, one kind after the other, and sets the processor time each costs the API beside that of a request
 * that creates a product.
 * @throws Error when one is not answered as it should be
 */
export function benchmarkHostile({ rounds, concurrency }: HostileOptions, run: BenchmarkRun): Promise<void> {
  return inSession(run, async (session) => {
    const pipeline = await openPipeline(session, { partitions: 1, env: { LOG_LEVEL: 'info' } });
    const { origin } = await pipeline.start('product-api');
    const [normal] = requests;
    run.progress('Warming the API up.');
    for (const request of requests) await measure(origin, request, Math.min(rounds, 20), concurrency);
    if (normal) await measure(origin, normal, rounds, concurrency);
    run.print(`${describeMachine()} before the first request, ${concurrency} at once\n`);
    const costs: Cost[] = [];
    for (const request of requests) {
      session.signal.throwIfAborted();
      costs.push(await measure(origin, request, rounds, concurrency));
    }
    run.print(table(costs));
    run.print(
      `\nchecked ${whole(rounds * costs.length)} answers for their status; cpu is the processor time of the API, its log included; ` +
        `${describeLoad()} at the end`,
    );
  });
}

async function measure(
  origin: string,
  request: HttpRequest,
  rounds: number,
  concurrency: number,
): Promise<Cost> {
  const { method = 'POST', path = '/v1/products', headers, body, status } = request;
  const init: RequestInit = {
    method,
    headers: { ...credentialOf(process.env), 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body }),
  };
  const durations: number[] = [];
  let [left, answerBytes] = [rounds, 0];
  const before = await cpuSeconds(origin);
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const begun = performance.now();
      const response = await fetch(`${origin}${path}`, init);
      answerBytes = (await response.arrayBuffer()).byteLength;
      durations.push(performance.now() - begun);
      if (response.status !== status)
        throw new Error(`${request.title} is answered ${response.status}, not ${status}.`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  const cpuMs = ((await cpuSeconds(origin)) - before) * 1_000;
  return {
    request,
    answerBytes,
    p50: percentile(durations, 0.5),
    p99: percentile(durations, 0.99),
    cpuMs: cpuMs / rounds,
  };
}

function table(costs: readonly Cost[]): string {
  const normal = costs[0]?.cpuMs ?? 1;
  const head = ['request', 'status', 'answer bytes', 'p50 ms', 'p99 ms', 'cpu ms', 'cpu / a product'];
  return markdownTable(
    head,
    costs.map(({ request, answerBytes, p50, p99, cpuMs }) => [
      request.title,
      String(request.status),
      whole(answerBytes),
      p50.toFixed(1),
      p99.toFixed(1),
      cpuMs.toFixed(2),
      times(cpuMs / normal),
    ]),
  );
}

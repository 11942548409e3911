import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * A separate thread that looks at an alias as often as it can, at most every `everyMs`: work of the main thread cannot come
 * between two samples. It imports nothing of this workspace, because a thread loads its file as Node does.
 */
interface Task {
  readonly origin: string;
  readonly alias: string;
  readonly everyMs: number;
}

export interface AliasSamples {
  readonly samples: number;
  readonly seen: readonly string[];
  /** Times from one sample that was answered to the next, in milliseconds: the middle one, the 99th percentile, the longest. */
  readonly intervalMs: { readonly median: number; readonly p99: number; readonly max: number };
}

const { origin, alias, everyMs } = workerData as Task;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const seen: string[] = [];
const intervals: number[] = [];
let [samples, stopped, last] = [0, false, 0];

/** Indices behind the alias, in order; undefined when there was no answer, which is no state of the alias. */
function look(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get(`${origin}/_alias/${alias}`, { agent, timeout: 10_000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => (text += piece));
      answer.on('error', () => resolve(undefined));
      answer.on('end', () => resolve(behind(answer.statusCode ?? 0, text)));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

function behind(status: number, text: string): string | undefined {
  if (status === 404) return '';
  try {
    return status === 200
      ? Object.keys(JSON.parse(text) as object)
          .sort()
          .join(',')
      : undefined;
  } catch {
    return undefined;
  }
}

async function sample(): Promise<void> {
  const found = await look();
  if (found === undefined) return;
  const now = performance.now();
  if (samples > 0) intervals.push(now - last);
  last = now;
  samples += 1;
  if (seen.at(-1) !== found) seen.push(found);
}

function result(): AliasSamples {
  const ordered = intervals.sort((one, other) => one - other);
  const at = (share: number): number =>
    Math.round(10 * (ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? 0)) / 10;
  return { samples, seen, intervalMs: { median: at(0.5), p99: at(0.99), max: at(1) } };
}

parentPort?.once('message', () => (stopped = true));
while (!stopped) {
  const begun = performance.now();
  await sample();
  const left = everyMs - (performance.now() - begun);
  // Also when there is no time left: the message that ends it has to get in.
  await new Promise((resolve) => (left > 0 ? setTimeout(resolve, left) : setImmediate(resolve)));
}
agent.destroy();
parentPort?.postMessage(result());
parentPort?.close();

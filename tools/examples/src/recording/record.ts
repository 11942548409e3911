/**
 * Records a rebuild under traffic in a pseudo terminal: `docs/assets/rebuild.cast` (for `asciinema play`) and `rebuild.svg`. Needs the
 * running servers with a catalogue and `npm start`, and util-linux's `script`.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { traffic, type TrafficReport } from './traffic.ts';
import { castOf, pictureOf, rowsOf, type Received } from './transcript.ts';

const [columns, rows] = [110, 40];
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const received: Received[] = [];
const begun = performance.now();

const show = (text: string): void => {
  received.push({ seconds: (performance.now() - begun) / 1_000, text });
  process.stdout.write(text);
};

/** Runs a command line in a terminal, as if it had been typed. */
async function type(line: string): Promise<void> {
  show(`$ ${line}\r\n`);
  const words = ['-qec', `stty cols ${columns} rows ${rows}; exec ${line}`, '/dev/null'];
  const child = spawn('script', words, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.setEncoding('utf8').on('data', show);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`"${line}" ended with ${code}. Nothing was written.`);
}

async function underTraffic(work: () => Promise<void>): Promise<TrafficReport> {
  const stop = new AbortController();
  const searchApi = process.env['SEARCH_API'] ?? 'http://127.0.0.1:3001';
  const productApi = process.env['PRODUCT_API'] ?? 'http://127.0.0.1:3000';
  const report = traffic({ searchApi, productApi }, stop.signal);
  await work().finally(() => stop.abort());
  return report;
}

const report = await underTraffic(() => type('./reprise rebuild --projection product_search'));
show(
  `# meanwhile: ${report.searches} searches and ${report.writes} writes, ${report.failed} failed; slowest search ${report.slowestSearchMs} ms\r\n`,
);
await type('./reprise status --projection product_search');
await type('./reprise rollback --projection product_search');

const folder = `${root}docs/assets`;
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/rebuild.cast`, castOf(received, columns, rows, 'A rebuild under traffic'));
writeFileSync(`${folder}/rebuild.svg`, pictureOf(rowsOf(received, 3), columns));

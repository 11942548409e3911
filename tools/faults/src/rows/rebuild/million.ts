import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { rebuildArguments, type Receipt } from '../../cluster/rebuild.ts';
import { smallDisk } from '../../cluster/small-disk.ts';
import { servingIndex } from '../../oracle/documents.ts';
import type { Row, Scene } from '../../row.ts';
import { check, checkSame } from '../../waiting.ts';

const products = 1_000_000;
const perRequest = 4_000;
const heapMegabytes = 256;

const idOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** One product with one event, as the write API words it. */
function record(number: number): { key: string; value: string } {
  const subject = idOf(number);
  const value = JSON.stringify({
    specversion: '1.0',
    id: `01a1fce0-0000-7000-8000-${String(number).padStart(12, '0')}`,
    source: '/reprise/product-api',
    type: 'product.created.v1',
    subject,
    time: '2026-01-01T00:00:01.000Z',
    datacontenttype: 'application/json',
    aggregatetype: 'product',
    aggregateversion: 1,
    correlationid: `seed-${number}`,
    data: {
      title: `Enamel mug ${number}`,
      description: 'Survives a fall.',
      categoryId: ['kitchen', 'garden', 'office'][number % 3],
      priceMinor: 1_000 + (number % 9_000),
      currency: 'EUR',
      stock: number % 100,
      tags: ['camping'],
    },
  });
  return { key: subject, value };
}

async function fillLog({ world }: Scene): Promise<number> {
  const begun = performance.now();
  for (let from = 0; from < products; from += perRequest)
    await world.log.produce(
      world.topic,
      Array.from({ length: perRequest }, (_, index) => record(from + index)),
    );
  return (performance.now() - begun) / 1_000;
}

/** Resident memory in MiB; undefined when the process has ended. */
function memoryOf(pid: number): number | undefined {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096) / 2 ** 20;
  } catch {
    return undefined;
  }
}

async function underSmallHeap(scene: Scene): Promise<void> {
  const { world, faults, note } = scene;
  const seeding = await fillLog(scene);
  const job = world.start('rebuild-job', {
    args: rebuildArguments,
    env: { NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}` },
  });
  faults.count(`heap of ${heapMegabytes} MB`);
  const memory: number[] = [];
  while (job.ended() === undefined) {
    memory.push(memoryOf(job.pid) ?? 0);
    await delay(1_000);
  }
  const { code } = job.ended() ?? {};
  checkSame(code, 0, `the exit code\n${job.lines.slice(-12).join('\n').slice(-1_500)}\n`);
  const receipt = JSON.parse(job.stdout()) as Receipt;
  checkSame(receipt.documents['live'], products, 'live documents');
  const index = await servingIndex(world);
  await world.search.call('POST', `${index}/_refresh`);
  const { body } = await world.search.call('GET', `${index}/_count`);
  checkSame(body['count'], products, 'I5: documents of the serving index');
  await checkSome(scene, index);
  // Flat: after it has warmed up it does not grow with what it has read.
  const quarter = Math.ceil(memory.length / 4);
  const [second, last] = [
    Math.max(...memory.slice(quarter, 2 * quarter)),
    Math.max(...memory.slice(-quarter)),
  ];
  check(last - second < 128, `memory went from ${second.toFixed(0)} to ${last.toFixed(0)} MiB`);
  const onFull = await onFullDisk(scene, index);
  const { durationMs, eventsPerSecond } = receipt.timing;
  note(
    `${products} products in ${(durationMs / 1_000).toFixed(0)} s (${Math.round(eventsPerSecond)} events/s; writing the log took ` +
      `${seeding.toFixed(0)} s); resident at most ${Math.round(receipt.resources.maxRssBytes / 2 ** 20)} MiB, ` +
      `second quarter ${second.toFixed(0)}, last quarter ${last.toFixed(0)} MiB; with TMPDIR full: ${onFull}`,
  );
}

/** B11 where it counts: what does not fit into memory goes to the temporary folder, and there is no room. */
async function onFullDisk({ world, faults }: Scene, serving: string): Promise<string> {
  if (process.getuid?.() !== 0) return 'not run, which needs root';
  const disk = await smallDisk(mkdtempSync(join(tmpdir(), 'faults-disk-')), 4);
  try {
    disk.fill();
    faults.count('temporary folder full');
    const job = world.start('rebuild-job', {
      args: rebuildArguments,
      env: { NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}`, TMPDIR: disk.folder },
    });
    const { code } = await job.exit(600_000);
    if (code === 0) return 'exit 0, it needed none of it';
    const text = job.lines.join('\n');
    check(code === 2 || code === 4, `I12: exit code ${code}:\n${text.slice(-800)}`);
    check(/ENOSPC|no space/i.test(text), `I12: the reason is not given:\n${text.slice(-800)}`);
    checkSame(await servingIndex(world), serving, 'I6: the serving index');
    return `exit ${code}, readers where they were`;
  } finally {
    await disk.unmount();
  }
}

/** I5 by example: every thousandth document is what its event says. The counts above say that there are no others. */
async function checkSome({ world }: Scene, index: string): Promise<void> {
  for (let number = 0; number < products; number += 1_000) {
    const { body } = await world.search.call('GET', `${index}/_doc/${idOf(number)}`);
    const { title, stock, version } = (body['_source'] ?? {}) as Record<string, unknown>;
    checkSame(
      { title, stock, version },
      { title: `Enamel mug ${number}`, stock: number % 100, version: 1 },
      `I5: product ${number}`,
    );
  }
}

export const millionRows: readonly Row[] = [
  {
    id: 'B16',
    title: 'A million products under a heap of 256 MB',
    inject: '--max-old-space-size=256 for a rebuild of 1,000,000 products from the log',
    expect: 'it ends, memory stays flat, every document is there',
    invariants: ['I5', 'I9', 'I12'],
    kind: 'scenario',
    fires: [`heap of ${heapMegabytes} MB`],
    partitions: 6,
    onlyLong: true,
    withinSeconds: 1_500,
    run: underSmallHeap,
  },
];

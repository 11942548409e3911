import { setFlagsFromString } from 'node:v8';

/*
 * A process that runs from its sources was measured at 325 MB and half a byte for each byte of estimated document. The line below
 * is flatter at the start and steeper, so it is on the safe side of that from 384 MB on, the least the command line takes.
 */

/** Resident memory that is not documents: Node itself, code, fetched batches, bulk bodies in flight. */
const fixedBytes = 225 << 20;
/** What a thread adds before it holds more than a few documents: its own heap, its own copy of the code, its own fetches. */
const threadBytes = 230 << 20;
/** What a byte of estimated document costs in resident memory, the collector's slack included. */
const costFactor = 2.4;
const leastForDocuments = 16 << 20;

/**
 * Estimated bytes of documents to fold at a time, so that the whole process stays within `memoryBytes`.
 * @param workers threads beside the process's own; 0 when that one does everything
 */
export function bytesForDocuments(memoryBytes: number, workers: number): number {
  const free = memoryBytes - fixedBytes - workers * threadBytes;
  return Math.max(leastForDocuments, free / costFactor);
}

/** The least memory a build with so many workers can be held to, in bytes. */
export function leastMemoryBytes(workers: number): number {
  return fixedBytes + (workers > 1 ? workers * threadBytes : 0) + leastForDocuments * costFactor;
}

/** Growth of the heap between two collections, in percent: measured to keep the budget, where there is more room and where there is little. */
const heapGrowth = { roomy: 80, tight: 25 };
const roomyBytes = 512 << 20;

/**
 * Sets the collector to what a build allocates, for the whole process and from now on.
 *
 * It runs when the heap has grown by so much since the last time: left to itself V8 lets a heap grow to several times of what is
 * alive before it looks, which no budget of documents can make up for. And it never puts new objects among the old ones at once because
 * earlier ones from the same place lived long: of the objects that reading and parsing make, some live for the build and
 * most for a batch. Where V8 guessed wrong, in every second process or so, the dead among them kept others alive, and the
 * build took up to a third longer.
 */
export function suitCollectorToBuild(memoryBytes: number): void {
  const growth = memoryBytes < roomyBytes ? heapGrowth.tight : heapGrowth.roomy;
  setFlagsFromString(`--heap-growing-percent=${growth}`);
  setFlagsFromString('--no-allocation-site-pretenuring');
}

import type { EventEmitter } from 'node:events';

/** The reader is gone: a closed pipe or socket, a closed terminal, an ended stream. */
const readerGone = new Set([
  'EPIPE',
  'EIO',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

/**
 * Keeps an output that can no longer be written from ending the process or changing its exit code, as the stream's unhandled error
 * would. A missing reader is ignored; `warn` is called once for anything else, such as a full disk under a redirected file.
 */
export function outlive(stream: EventEmitter, name: string, warn: (text: string) => void): void {
  let warned = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (warned || readerGone.has(error.code ?? '')) return;
    warned = true;
    warn(
      `What is written to ${name} is lost (${error.message}); the work continues, and the exit code says how it ended.\n`,
    );
  });
}

/** The same for this process's own outputs: a fault of one is reported on the other. Call it first in a main file. */
export function outliveReaders(): void {
  outlive(process.stdout, 'stdout', (text) => void process.stderr.write(text));
  outlive(process.stderr, 'stderr', (text) => void process.stdout.write(text));
}

import type { EventEmitter } from 'node:events';

/** Whoever read it is gone: a closed pipe or socket, a terminal that was closed, a stream that was ended. */
const readerGone = new Set([
  'EPIPE',
  'EIO',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

/**
 * Keeps an output that cannot be written any more from ending the process or changing its exit code: unheard, the stream's error
 * would. That nobody reads it is nobody's business; anything else, as a full disk under a redirected file, is told to `tell` once.
 */
export function outlive(stream: EventEmitter, name: string, tell: (text: string) => void): void {
  let told = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (told || readerGone.has(error.code ?? '')) return;
    told = true;
    tell(
      `What is written to ${name} is lost (${error.message}); the work goes on, and the exit code tells how it ended.\n`,
    );
  });
}

/** The same for this process's own outputs, each told about on the other. Call it first in a main file. */
export function outliveReaders(): void {
  outlive(process.stdout, 'stdout', (text) => void process.stderr.write(text));
  outlive(process.stderr, 'stderr', (text) => void process.stdout.write(text));
}

import { open } from 'node:fs/promises';

/** A text that is larger than whoever reads it takes. Nothing of it is kept. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
  readonly code = 'TOO_LARGE';
  readonly retryable = false;
}

/**
 * Reads a file, and no more of it than is taken, whatever it is.
 * @throws TooLargeError when it is larger; what the file system throws
 */
export async function fileText(path: string | URL, mostBytes: number): Promise<string> {
  const file = await open(path);
  try {
    // The end of a range counts.
    return await textWithin(file.createReadStream({ end: mostBytes }), mostBytes);
  } finally {
    await file.close();
  }
}

/**
 * Reads the body of an answer, and no more of it than is taken.
 * @throws TooLargeError when it is larger; its connection is then cut
 */
export function bodyText({ body }: Response, mostBytes: number): Promise<string> {
  return textWithin(body ?? [], mostBytes);
}

async function textWithin(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  mostBytes: number,
): Promise<string> {
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new TooLargeError(`it is larger than ${mostBytes} bytes`);
    read.push(chunk);
  }
  return Buffer.concat(read).toString('utf8');
}

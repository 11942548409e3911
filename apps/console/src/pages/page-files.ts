import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** One file of the pages, in memory. */
export interface PageFile {
  readonly body: Buffer;
  /** Compressed; undefined where that saves nothing. */
  readonly gzip: Buffer | undefined;
  readonly type: string;
  readonly etag: string;
  /** Its name has a hash of its content, so it never changes. */
  readonly immutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

/** The `<base>` of the built `index.html`, which is replaced by the path that the pages are served under. */
const builtBase = '<base href="/console/"';

/**
 * Reads the built pages, all of them, so that no request ever names a file: what is asked for is looked up by its exact path. Empty
 * where nothing was built.
 *
 * @param basePath where they are served, without a slash at its end
 */
export function readPageFiles(folder: string | URL, basePath: string): ReadonlyMap<string, PageFile> {
  const root = folder instanceof URL ? fileURLToPath(folder) : folder;
  return new Map(
    namesIn(root).map((name) => {
      const path = relative(root, name).split(sep).join('/');
      return [path, fileOf(path, readFileSync(name), basePath)];
    }),
  );
}

function namesIn(root: string): string[] {
  try {
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && extname(entry.name) in types)
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function fileOf(path: string, read: Buffer, basePath: string): PageFile {
  const body =
    path === 'index.html'
      ? Buffer.from(read.toString('utf8').replace(builtBase, `<base href="${basePath}/"`))
      : read;
  const gzip = gzipSync(body, { level: 9 });
  return {
    body,
    gzip: gzip.length < body.length * 0.9 ? gzip : undefined,
    type: types[extname(path)]!,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    immutable: path.startsWith('assets/'),
  };
}

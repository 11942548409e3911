/**
 * Lets the workspace's TypeScript run straight from its sources: `node --conditions=@reprise/source --import ./tools/dev.mjs FILE.ts`.
 * Node's own type stripping cannot emit the decorator metadata that Nest and TypeORM read, so swc does it here, with the same
 * settings as the tests. It also points a process with no configured endpoint to the embedded servers (see tools/stack).
 *
 * What swc made of a source is kept under `node_modules/.cache`, by the content of the source, and so is V8's code of every module:
 * a process that starts again only reads. Deleting that folder costs nothing but time.
 */
import { performance } from 'node:perf_hooks';
import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, enableCompileCache, registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const cache = fileURLToPath(new URL('../node_modules/.cache/reprise', import.meta.url));
const options = {
  swcrc: false,
  // Kept in memory with every module, so only where they are used.
  sourceMaps: process.sourceMapsEnabled ? 'inline' : false,
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
};
const how = JSON.stringify([require('@swc/core/package.json').version, options]);

/** @returns the JavaScript of a TypeScript file; swc is only loaded for a source that it has not seen yet. */
function javaScriptOf(filename) {
  const source = readFileSync(filename, 'utf8');
  const kept = join(cache, 'sources', `${hash('sha1', JSON.stringify([how, filename, source]))}.js`);
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    const { code } = require('@swc/core').transformSync(source, { ...options, filename });
    keep(kept, code);
    return code;
  }
}

/** Another process may write the same file at the same time, so it appears whole; a folder that cannot be written to is no error. */
function keep(file, code) {
  const part = `${file}.${process.pid}.${performance.now()}`;
  try {
    mkdirSync(join(cache, 'sources'), { recursive: true });
    writeFileSync(part, code);
    renameSync(part, file);
  } catch {
    // The next process transforms it once more.
  }
}

enableCompileCache(join(cache, 'code'));
registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
    return { format: 'module', source: javaScriptOf(fileURLToPath(url)), shortCircuit: true };
  },
});

// Only now, so that this file too comes through the hook and Node's own stripping is never loaded.
const { attachToEmbeddedStack } = await import('./stack/src/attach.ts');
attachToEmbeddedStack(process.env);

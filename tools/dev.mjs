/**
 * Lets the workspace's TypeScript run straight from its sources: `node --conditions=@reprise/source --import ./tools/dev.mjs FILE.ts`.
 * Node's own type stripping cannot emit the decorator metadata that Nest and TypeORM read, so swc does it here, with the same
 * settings as the tests. It also points a process with no configured endpoint to the embedded servers (see tools/stack).
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import { attachToEmbeddedStack } from './stack/src/attach.ts';

registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), {
      filename,
      swcrc: false,
      // Kept in memory with every module, so only where they are used.
      sourceMaps: process.sourceMapsEnabled ? 'inline' : false,
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
    });
    return { format: 'module', source: code, shortCircuit: true };
  },
});

attachToEmbeddedStack(process.env);

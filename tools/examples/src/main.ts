import { outliveReaders, shutdownSignal } from '@reprise/runtime';
import { rebuildSearch } from './embedded-rebuild.ts';

outliveReaders();
const shutdown = shutdownSignal();
try {
  const receipt = await rebuildSearch(process.env, { signal: shutdown.signal, report: console.error });
  console.log(`${receipt.outcome}: ${receipt.generation?.name ?? 'no generation'} ${receipt.message ?? ''}`);
  process.exitCode = receipt.outcome === 'promoted' ? 0 : 1;
} finally {
  shutdown.dispose();
}

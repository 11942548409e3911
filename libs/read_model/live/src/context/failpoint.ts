import { writeSync } from 'node:fs';
import type { GenerationStore } from '@reprise/read-model-indices';

const armed = /^([\w.]+)=kill(?:@(\d+))?$/.exec(
  process.env['NODE_ENV'] === 'production' ? '' : (process.env['FAILPOINT'] ?? ''),
);
let passes = 0;

/**
 * A place where a test can end the process: `FAILPOINT=consumer.afterWrite=kill@3` sends SIGKILL at the third pass and says on
 * stderr that it did. Does nothing in production (NODE_ENV) and where no test armed it.
 */
function failpoint(name: string): void {
  if (armed?.[1] !== name) return;
  passes += 1;
  if (passes !== Number(armed[2] ?? 1)) return;
  writeSync(2, `failpoint ${name} fired: kill\n`);
  process.kill(process.pid, 'SIGKILL');
}

/**
 * The store, with the failpoints `consumer.afterWrite`, between documents acknowledged and positions saved, and
 * `repair.afterCorrection`, between a document corrected and its repair task done.
 */
export function mortal(store: GenerationStore): GenerationStore {
  return {
    ...store,
    async write(name, documents, signal) {
      const result = await store.write(name, documents, signal);
      if (documents.length > 0) failpoint('consumer.afterWrite');
      return result;
    },
    async correct(...correction) {
      const result = await store.correct(...correction);
      failpoint('repair.afterCorrection');
      return result;
    },
  };
}

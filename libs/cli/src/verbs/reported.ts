import { setTimeout as delay } from 'node:timers/promises';
import type { Projection } from '@reprise/read-model-projections';
import type { RebuildControl } from '@reprise/read-model-rebuild';
import { progressReporter } from '../report/progress-line.ts';
import type { OpenServers } from '../servers/open-servers.ts';
import type { Invocation } from '../verb.ts';
import type { RebuildRequest } from './rebuild-request.ts';

/** Does work on a log that takes a while, with its progress, notices and the faults it waits out on stderr. */
export async function reported<T>(
  projection: Projection,
  request: Pick<RebuildRequest, 'progress' | 'workDirectory'>,
  { faults }: Pick<OpenServers, 'faults'>,
  invocation: Invocation,
  work: (control: RebuildControl) => Promise<T>,
): Promise<T> {
  const style = request.progress === 'json' ? 'json' : invocation.interactive ? 'live' : 'lines';
  const reporter = progressReporter(projection.name, invocation, style);
  const unheard = faults.listen(reporter.notice);
  const control = {
    signal: invocation.signal,
    onProgress: reporter.show,
    progressIntervalMs: reporter.intervalMs,
    onNotice: reporter.notice,
    ...(request.workDirectory !== undefined && { workDirectory: request.workDirectory }),
    latestFault: faults.latest,
  };
  const result = await work(control).finally(() => {
    unheard();
    reporter.finish();
  });
  // Aborted work may leave its answer under way; a tick lets it be read before the servers are closed.
  await delay(0);
  return result;
}

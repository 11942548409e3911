import { Client } from '@elastic/elasticsearch';
import { readConfiguration } from '@reprise/runtime';
import type { Measurement, Task } from '../../child/task.ts';
import { readersAlias } from '../measured/bench-store.ts';
import { startStopwatch } from '../stopwatch.ts';

const pageSize = 5_000;
const keepAlive = '2m';

/**
 * The index's limit: every document behind the alias is fetched once, in the order it lies there, and forgotten. It is not the
 * store's own scan, so a slow one cannot hide behind it.
 */
export async function indexScan({ namespace }: Task): Promise<Measurement> {
  const client = new Client(readConfiguration(process.env, ['elasticsearch']).elasticsearch);
  const stopwatch = startStopwatch();
  const { id } = await client.openPointInTime({ index: readersAlias(namespace), keep_alive: keepAlive });
  try {
    let documents = 0;
    let after: { search_after?: (string | number)[] } = {};
    for (;;) {
      const { hits } = await client.search({
        pit: { id, keep_alive: keepAlive },
        size: pageSize,
        sort: ['_shard_doc'],
        track_total_hits: false,
        ...after,
      });
      documents += hits.hits.length;
      if (hits.hits.length < pageSize) return { seconds: stopwatch.seconds(), events: 0, documents };
      after = { search_after: hits.hits.at(-1)?.sort as (string | number)[] };
    }
  } finally {
    await client.closePointInTime({ id });
    await client.close();
  }
}

import { Client } from '@elastic/elasticsearch';
import { afterEverything } from '../after-file.ts';
import { testEndpoints } from './endpoints.ts';
import { isFresh } from '../fresh-name.ts';

let client: Client | undefined;

/** A client of the test Elasticsearch, closed at the end of the test file. */
export function elasticsearch(): Client {
  if (client === undefined) {
    const opened = new Client({ ...testEndpoints().elasticsearch, maxRetries: 2, requestTimeout: 30_000 });
    client = opened;
    afterEverything(() => {
      client = undefined;
      return opened.close();
    });
  }
  return client;
}

/**
 * Deletes every index whose name begins with a prefix that `freshName` gave. Absent ones are fine. The servers are shared, so
 * any other prefix is refused.
 */
export async function dropIndices(prefix: string): Promise<void> {
  if (!isFresh(prefix))
    throw new RangeError(`"${prefix}" does not come from freshName in this file; not deleting it`);
  const found = await elasticsearch().indices.get({
    index: `${prefix}*`,
    expand_wildcards: 'all',
    allow_no_indices: true,
  });
  const names = Object.keys(found).filter((name) => name.startsWith(prefix));
  if (names.length > 0) await elasticsearch().indices.delete({ index: names, ignore_unavailable: true });
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';
import type { DocumentToWrite, GenerationName } from '@reprise/read-model-indices';
import { inSpan, storeSpan } from '@reprise/runtime/traces';

const firstPauseMs = 50;
const longestPauseMs = 500;
/** Longer than any refresh interval that readers would put up with. */
const patienceMs = 10_000;

/** The index was not refreshed in time: it never is while one is built, and its interval may be long. */
class NotRefreshed extends Error {
  override readonly name = 'NotRefreshed';
}

/**
 * Ends a trace where readers see the change: a span from the acknowledged write to the first search that finds it. Elasticsearch refreshes an
 * index on its own and says nothing of it, so a search by id asks, after ever longer pauses. One document of an index is watched at a time:
 * what is written meanwhile is not.
 *
 * @returns called, in a span that is recorded, with a document that was just acknowledged; it waits for nothing and never throws
 */
export function refreshWatch(client: Client): (name: GenerationName, document: DocumentToWrite) => void {
  const watched = new Set<GenerationName>();
  return (name, document) => {
    if (watched.has(name)) return;
    watched.add(name);
    const found = inSpan(
      () => storeSpan('elasticsearch', 'refresh', name),
      () => untilFound(client, name, document),
    );
    void found.catch(() => undefined).finally(() => watched.delete(name));
  };
}

/** @throws NotRefreshed; the client's error, also when it was closed meanwhile */
async function untilFound(
  client: Client,
  name: GenerationName,
  { id, version }: DocumentToWrite,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const query = { ids: { values: [id] } };
    const { hits } = await client.search({ index: name, query, version: true, _source: false });
    if (hits.hits.some(({ _version }) => (_version ?? 0) >= version)) return;
    if (performance.now() > deadline) throw new NotRefreshed(`${name} was not refreshed in ${patienceMs} ms`);
    await delay(pauseMs, undefined, { ref: false });
  }
}

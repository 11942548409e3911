import type { Client } from '@elastic/elasticsearch';
import type { ObservationInput } from './sightings.ts';

type Look = ObservationInput['look'];

/** Versions of documents as a GET by id answers: in real time, refreshed or not. */
export function lookById(client: Client, index: string): Look {
  return async (ids) => {
    const { docs } = await client.mget({ index, ids: [...ids], _source: false });
    return new Map(
      docs.flatMap((document) =>
        'found' in document && document.found ? [[document._id, document._version ?? 0] as const] : [],
      ),
    );
  };
}

/** Versions of documents as searches find them: as of the last refresh. */
export function lookBySearch(client: Client, index: string): Look {
  return async (ids) => {
    const { hits } = await client.search({
      index,
      query: { ids: { values: [...ids] } },
      size: ids.length,
      version: true,
      _source: false,
      track_total_hits: false,
    });
    return new Map(hits.hits.map(({ _id, _version }) => [_id ?? '', _version ?? 0]));
  };
}

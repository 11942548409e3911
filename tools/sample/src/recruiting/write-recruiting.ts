import { randomUUID } from 'node:crypto';
import type { ApiRequest } from '../writers/api-requests.ts';
import { cancelled, SampleError } from '../writers/sample-error.ts';
import { assertAnswering, send, type Api } from '../writers/send.ts';
import { candidates, leads, type Life } from './lives.ts';

/** How many there are of each. */
export interface RecruitingSize {
  readonly candidates: number;
  readonly leads: number;
}

/** Aggregates that are written at the same time. */
const concurrency = 8;

/**
 * Plays the sample candidates and leads through recruiting-api: one request per command, those of one aggregate one after another,
 * each on the ETag the one before was answered with.
 *
 * @returns how many events that made
 * @throws SampleError when the API does not answer, or refuses a command
 */
export async function writeRecruiting(size: RecruitingSize, api: Api): Promise<number> {
  await assertAnswering('recruiting-api', api.origin);
  const run = randomUUID();
  let requests = 0;
  const request = async (command: ApiRequest, etag?: string): Promise<{ id: string; etag: string }> => {
    if (api.signal?.aborted) throw cancelled(requests);
    const key = `sample-${run}-${++requests}`;
    const answer = await send(api, command, {
      'idempotency-key': key,
      ...(etag !== undefined && { 'if-match': etag }),
    });
    const { id } = (await answer.json()) as { readonly id?: string };
    const next = answer.headers.get('etag');
    if (id === undefined || next === null)
      throw new SampleError(
        'API_REFUSED',
        `${command.method} ${command.path} answered without an id or ETag. What was written stays.`,
      );
    return { id, etag: next };
  };
  const live = async (path: string, { first, steps }: Life): Promise<string> => {
    const begun = await request({ method: 'POST', path, body: first });
    let { etag } = begun;
    for (const step of steps)
      ({ etag } = await request({ ...step, path: `${path}/${begun.id}${step.path}` }, etag));
    return begun.id;
  };
  const ids = await each(candidates(size.candidates), (life) => live('/v1/candidates', life));
  await each(leads(size.leads, ids), (life) => live('/v1/leads', life));
  return requests;
}

/** The results in the order of what they were made from, a few at a time. */
async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let index = 0; index < items.length; index += concurrency)
    results.push(...(await Promise.all(items.slice(index, index + concurrency).map(work))));
  return results;
}

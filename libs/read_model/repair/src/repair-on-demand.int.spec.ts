import { randomUUID } from 'node:crypto';
import type { GenerationName, GenerationStore } from '@reprise/read-model-indices';
import { productSummary } from '@reprise/product-read-model';
import type { Projection } from '@reprise/read-model-projections';
import { productHistory, step } from '@reprise/product-events/testing';
import { drainQueue, repairNamed, type OnDemandServers } from './repair-on-demand.ts';
import { RepairQueue } from './repair-queue.ts';
import { RepairRequests } from './repair-requests.ts';
import { repairedModels, type RepairedModels } from './testing/repaired-models.ts';

const projection = productSummary as unknown as Projection;
const { signal } = new AbortController();

let made: RepairedModels;
let servers: OnDemandServers;
let store: GenerationStore;
let live: GenerationName;

/** Commits the events of a product that has no document, and returns its id. */
async function missing(): Promise<string> {
  const life = productHistory({ events: [step.created(), step.published()] });
  await made.commit(life);
  return life[0]!.subject;
}

async function requests(ids: readonly string[]): Promise<void> {
  const asked = new RepairRequests(servers.queue, projection);
  await asked.take(ids.map((id) => ({ id, class: 'missing', expected: 2, actual: null })));
  expect(asked.result).toEqual({ asked: ids.length, refused: 0, unstorable: 0 });
}

beforeAll(async () => {
  made = await repairedModels();
  store = made.storeOf(projection);
  const { registry, history, pool } = made;
  servers = { registry, history, projection, store, queue: new RepairQueue(pool) };
});

it('refuses while nothing is fed, and says what to do', async () => {
  await expect(repairNamed(servers, [await missing()], signal)).rejects.toMatchObject({
    code: 'NOTHING_FED',
    message: expect.stringMatching(/Nothing was changed\. Build one with .*rebuild/),
  });
  live = await made.generation(projection, 'LIVE');
});

it('repairs what is named, settles what the queue held of it, and names what fails and what nobody knows', async () => {
  const [id, waiting] = [await missing(), await missing()];
  await requests([id, waiting]);
  const gap = productHistory({ events: [step.created(), step.published()] }).slice(1);
  await made.commit(gap);
  const nobody = randomUUID();
  const { documents, failures, unknown } = await repairNamed(servers, [gap[0]!.subject, nobody, id], signal);
  expect(documents).toEqual([{ aggregateId: id, generation: live, fault: 'missing', from: null, to: 2 }]);
  expect(failures).toEqual([
    { aggregateId: gap[0]!.subject, error: expect.objectContaining({ code: 'REPAIR_REFUSED' }) },
  ]);
  expect(unknown).toEqual([nobody]);
  const tasks = await servers.queue.list({ projections: [projection.name], limit: 5 });
  expect(tasks.map(({ aggregateId }) => aggregateId)).toEqual([waiting]);
});

it('drains the queue, and says what is left', async () => {
  const id = await missing();
  await requests([id]);
  expect(await drainQueue(servers, 'a test', signal)).toEqual({
    repaired: 2,
    failures: [],
    left: { open: 0, failed: 0 },
  });
  expect((await store.read(live, [id])).get(id)?.version).toBe(2);
});

import { recruitingEvents, type LeadEvent } from '@reprise/recruiting-events';
import { projections } from '@reprise/recruiting-read-model';
import {
  BlockedAggregates,
  createReadModelPool,
  openGenerationStore,
  Registry,
  runReadModelMigrations,
} from '@reprise/read-model-indices';
import { afterFile, freshDatabase, freshTopic, produceRaw, testEndpoints } from '@reprise/test-kit';
import { adoptFirst, createFirstGeneration } from '../feed/first-generation.ts';
import { describeTopic } from '../kafka/kafka-topic.ts';
import { listLetters, redriveOutcomes } from '../testing/letter-verbs.ts';
import { letterHeaders, letterId } from './letter-headers.ts';
import type { LetterServers } from './letter-servers.ts';

const opened: LeadEvent = {
  ...{ specversion: '1.0', id: '01a1f84a-95c0-7790-9c1c-000000000009', source: '/recruiting-api' },
  ...{ type: 'lead.opened.v1', subject: '01a1f84a-95c0-7790-9c1c-000000000001' },
  ...{ time: '2026-01-01T00:00:00.000Z', datacontenttype: 'application/json', aggregatetype: 'lead' },
  ...{ aggregateversion: 1, correlationid: '01a1f84a-95c0-7790-9c1c-000000000002' },
  data: { title: 'Engineer', company: 'Acme', headcount: 1 },
};

/** Read models of two kinds of aggregates from one log, and one dead letter of one kind. */
async function oneLetter() {
  const [topic, deadLetters, database] = [
    await freshTopic(),
    await freshTopic(),
    await freshDatabase('read'),
  ];
  await runReadModelMigrations(database.url);
  const pool = createReadModelPool(database.feederUrl);
  afterFile(() => pool.end());
  const { kafka } = testEndpoints();
  const events = await describeTopic(kafka, topic.name);
  const registry = new Registry(pool);
  const models = projections.map((projection) => ({
    projection,
    store: openGenerationStore(projection, { pool, alias: undefined }),
  }));
  for (const model of models) {
    const first = { ...model, registry, topic: events, holder: 'test', assertWhole: () => Promise.resolve() };
    await createFirstGeneration({ ...first, now: new Date(1_000_000) });
    await adoptFirst(first, () => Promise.resolve(new Map()), 'test');
  }
  const value = Buffer.from(recruitingEvents.encode(opened));
  const letter = { ...{ partition: 0, offset: 0n, key: null, value, attempts: 1 }, reason: 'unknown-type' };
  const origin = { topic: topic.name, topicId: events.id, at: new Date(0).toISOString() };
  await produceRaw(deadLetters, [
    { key: null, value, headers: letterHeaders({ ...letter, message: 'not known yet' }, origin) },
  ]);
  const servers: LetterServers = {
    ...{ kafka, contract: recruitingEvents, events, deadLetters: deadLetters.name, registry, models },
    ...{ blocked: new BlockedAggregates(pool), actions: registry.letterActions },
    history: () => Promise.resolve([]),
  };
  return { servers, id: letterId(topic.name, letter) };
}

describe('a dead letter in a log that holds two kinds of aggregates', () => {
  it('is applied to the read models of that kind, and judged by them alone', async () => {
    const { servers, id } = await oneLetter();
    expect(await redriveOutcomes(servers, [id])).toEqual([`${id} applied`]);
    const [letter] = await listLetters(servers, [id]);
    expect(letter).toMatchObject({ state: 'resolved', live: [{ projection: 'lead_summary', version: 1 }] });
  });
});

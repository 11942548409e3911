import { randomUUID } from 'node:crypto';
import type { DomainEvent } from '@reprise/events';
import { feedEvents } from '@reprise/read-model-feed';
import { createReadModelPool, generationName, type GenerationName } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { elasticsearch, produceRaw } from '@reprise/test-kit';
import fc from 'fast-check';
import { testReadModel, type TestReadModel } from './read-model.ts';

/** A read model of any context, and what must come of it. */
export interface ServedReaders<Event extends DomainEvent> {
  readonly projection: Projection;
  /** Whole lives of one aggregate, some of which end. */
  readonly histories: (id: string) => fc.Arbitrary<Event[]>;
  /** Another way to its document: undefined where readers see none. */
  readonly naive: (events: readonly Event[]) => object | undefined;
}

/** Real servers, read as readers read: whether a read model is rebuilt from its log or fed live, its alias or view shows the same. */
export function itServesReaders<Event extends DomainEvent>({
  projection,
  histories,
  naive,
}: ServedReaders<Event>): void {
  // The seed is fixed, so that some lives last and some end.
  const lives = Array.from(
    { length: 12 },
    (_, at) => fc.sample(histories(`id-${at}`), { seed: at, numRuns: 1 })[0]!,
  );
  const events = lives.flat();
  const expected = new Map(
    lives.flatMap((life) => {
      const document = naive(life);
      return document === undefined ? [] : [[life[0]!.subject, withoutTimes(document)]];
    }),
  );
  let model: TestReadModel;

  beforeAll(async () => {
    model = await testReadModel({ partitions: 3, projection });
    expect(expected.size).toBeGreaterThan(0);
    expect(expected.size).toBeLessThan(lives.length);
  });

  it('shows what an independent fold finds, once it is rebuilt from its log', async () => {
    const records = events.map((event) => ({ key: event.subject, value: projection.events.encode(event) }));
    await produceRaw(model.topic, records);
    const { receipt } = await model.rebuild();
    expect(receipt).toMatchObject({
      message: null,
      outcome: 'promoted',
      events: { read: events.length, applied: events.length, deadLettered: 0 },
      documents: { written: lives.length, live: expected.size, tombstones: lives.length - expected.size },
    });
    expect(await seenBy(model)).toEqual(expected);
  });

  it('shows the same once it is fed, some events twice', async () => {
    const before = await model.store.observeReaders();
    if (before.kind !== 'generation') throw new Error('nothing was rebuilt');
    const name: GenerationName = generationName(
      projection.storage.schemaVersion,
      projection.name,
      new Date(0),
      'c0ffee00',
    );
    await model.store.create(name, {
      uuid: randomUUID(),
      projection: projection.name,
      projectionVersion: projection.version,
      fingerprint: 'fed',
    });
    for (const life of [...lives, ...lives]) {
      const { gaps, poison } = await feedEvents({ store: model.store, name, projection }, life, undefined);
      expect([gaps, poison]).toEqual([[], []]);
    }
    await model.store.finishBuild(name);
    await model.store.switchReaders(before.name, name);
    expect(await seenBy(model)).toEqual(expected);
    await model.store.switchReaders(name, before.name);
    await model.store.drop(name);
  });
}

/** Documents as readers see them, by id. Times are left out: a view shows them in its own notation. */
async function seenBy({ projection, alias, databaseUrl }: TestReadModel): Promise<Map<string, object>> {
  if (projection.storage.kind === 'elasticsearch') {
    const client = elasticsearch();
    await client.indices.refresh({ index: alias });
    const { hits } = await client.search<Record<string, unknown>>({
      index: alias,
      size: 100,
      query: { bool: { must_not: { exists: { field: 'reprise.tombstone' } } } },
    });
    return new Map(hits.hits.map(({ _id, _source }) => [_id!, withoutTimes(own(_source!))]));
  }
  const pool = createReadModelPool(databaseUrl, { max: 1 });
  try {
    const { rows } = await pool.query<Record<string, unknown>>(`SELECT * FROM ${projection.name}`);
    return new Map(
      rows.map((row) => {
        const { [`${projection.aggregate}_id`]: id, version: _, ...columns } = row;
        return [String(id), withoutTimes(camelCased(columns))];
      }),
    );
  } finally {
    await pool.end();
  }
}

function own({ reprise: _, ...fields }: Record<string, unknown>): object {
  return fields;
}

function withoutTimes(document: object): object {
  return Object.fromEntries(Object.entries(document).filter(([field]) => !field.endsWith('At')));
}

function camelCased(columns: Record<string, unknown>): object {
  return Object.fromEntries(
    Object.entries(columns).map(([column, value]) => [
      column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

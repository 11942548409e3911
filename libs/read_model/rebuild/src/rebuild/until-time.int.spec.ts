import { createReadModelPool, fingerprintOf } from '@reprise/read-model-indices';
import { gatherFacts } from '@reprise/read-model-status';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { testEventStore } from '../testing/event-store.ts';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { verifyReadModel } from '../verify/verify.ts';
import { defaultGateLimits } from '../gate/gate.ts';
import { promoteByName } from '../cutover/promote-by-name.ts';
import { replayOntoLive } from '../partial-replay/replay-onto-live.ts';

const lives = () =>
  Array.from({ length: 12 }, () =>
    productHistory({ events: [step.created(), step.published(), step.priceChanged(7)] }),
  );

const notices: string[] = [];
async function promoteIt(model: TestReadModel, uuid: string) {
  const generation = (await model.registry.findGeneration(uuid))!;
  const questions = { limits: { ...defaultGateLimits, maxShrink: 1 }, deep: false, canaries: [] };
  return promoteByName(generation, model.projection, model.servers, questions, {
    signal: new AbortController().signal,
    onNotice: (line) => notices.push(line),
  });
}

/** As if the read model had been built and looked at for months: more runs than anybody looks through. */
async function manyRunsLater({ databaseUrl, projection }: TestReadModel): Promise<void> {
  const pool = createReadModelPool(databaseUrl, { max: 1 });
  await pool
    .query(
      `INSERT INTO registry.runs (run_id, projection, mode, source, state, host, pid, os_user, ended_at, outcome, exit_code)
       SELECT gen_random_uuid(), $1, 'APPLY', 'kafka', 'DONE', 'host', 1, 'user', clock_timestamp(), 'promoted', 0
       FROM generate_series(1, 501)`,
      [projection.name],
    )
    .finally(() => pool.end());
}

describe('a generation as of a moment', () => {
  it('holds what a log that ended then would give, from either source, and is not promoted by its run', async () => {
    const histories = lives();
    const untilTime = new Date(histories[0]![1]!.time);
    const early = histories.flat().filter(({ time }) => Date.parse(time) <= untilTime.getTime());
    const short = await testReadModel({ partitions: 2 });
    await produce(short.topic, early);
    const expected = await short.rebuild();
    const model = await testReadModel({ partitions: 2 });
    await produce(model.topic, histories.flat());
    const eventStore = await testEventStore();
    await eventStore.append(histories.flat());
    for (const source of ['kafka', 'event-store'] as const) {
      const { receipt, ending } = await model.rebuild(
        { untilTime, source },
        {},
        { eventStore: eventStore.store },
      );
      expect(ending.exitCode).toBe(0);
      expect(receipt).toMatchObject({
        outcome: 'built',
        cutover: null,
        digest: expected.receipt.digest,
        untilTs: untilTime.toISOString(),
        events: { read: early.length },
      });
    }
    expect(early.length).toBeLessThan(histories.flat().length);
    expect(await model.store.observeReaders()).toEqual({ kind: 'none' });
  });

  it('has a fingerprint that no feed takes on, is promoted by its name as it stands, and makes way for a whole one', async () => {
    const model = await testReadModel({ partitions: 2 });
    const histories = lives();
    const later = Array.from({ length: 12 }, () =>
      productHistory({ events: [step.created()], startedAt: new Date('2026-02-01T00:00:00Z') }),
    );
    await produce(model.topic, [...histories, ...later].flat());
    const whole = (await model.rebuild()).receipt;
    const untilTime = new Date(histories[0]![0]!.time);
    const { receipt } = await model.rebuild({ untilTime });
    // Half of what readers see: no fault of a generation as of an earlier moment, as long as nobody promotes it.
    expect(receipt).toMatchObject({ outcome: 'built', documents: { live: 12 } });
    const { uuid, name, fingerprint } = receipt.generation!;
    const fed = fingerprintOf(model.projection, receipt.topic.id);
    expect(fingerprint).not.toBe(fed);
    expect(whole.generation!.fingerprint).toBe(fed);

    // A further run of the whole does not mistake it for an older build.
    await model.rebuild();
    expect(await model.registry.findGeneration(uuid)).toMatchObject({ state: 'VERIFIED' });

    await manyRunsLater(model);
    const { facts } = await gatherFacts(model.projection, model.servers, { unreachable: 'not asked' });
    expect(facts.generations.find((one) => one.uuid === uuid)).toMatchObject({
      untilTs: untilTime.toISOString(),
    });
    const promoted = await promoteIt(model, uuid);
    expect(promoted).toMatchObject({ untilTs: untilTime.toISOString(), cutover: { to: name } });
    expect(notices.join(' ')).toContain(`as of ${untilTime.toISOString()}`);
    const compared = { projection: model.projection, deep: false, limit: 1, memoryBytes: 512 << 20 };
    await expect(
      verifyReadModel(compared, model.servers, new AbortController().signal),
    ).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('makes and feeds') });
    expect(await model.store.counts(promoted.generation.name)).toMatchObject({
      documents: receipt.documents.live,
    });
    const part = replayOntoLive(optionsOf(model), { maxEvents: 0 }, model.servers, {
      signal: new AbortController().signal,
    });
    await expect(part).rejects.toMatchObject({ code: 'USAGE' });
    expect((await model.rebuild()).receipt).toMatchObject({ outcome: 'promoted', cutover: { from: name } });
  });

  it('resumes at the same moment only', async () => {
    const model = await testReadModel({ partitions: 2 });
    await produce(model.topic, lives().flat());
    const untilTime = new Date('2999-01-01T00:00:00Z');
    const stop = new AbortController();
    const stopped = await model.rebuild(
      { untilTime },
      { signal: stop.signal },
      { store: { ...model.store, finishBuild: () => Promise.resolve(stop.abort(new Error('stopped'))) } },
    );
    expect(stopped.receipt.outcome).toBe('cancelled');
    const resumed = await model.rebuild({ untilTime, resume: 'resume' });
    expect(resumed.receipt).toMatchObject({
      outcome: 'built',
      generation: { uuid: stopped.receipt.generation!.uuid },
      events: { read: 36, readByThisRun: 0 },
    });
    const other = model.rebuild({ untilTime: new Date('2998-01-01T00:00:00Z'), resume: 'resume' });
    expect((await other).ending.exitCode).toBe(1);
  });
});

function optionsOf(model: TestReadModel) {
  return {
    projection: model.projection,
    mode: 'APPLY' as const,
    source: 'kafka' as const,
    promote: true,
    resume: 'auto' as const,
    batchSize: 200,
    workers: 1,
    memoryBytes: 512 << 20,
    gate: defaultGateLimits,
  };
}

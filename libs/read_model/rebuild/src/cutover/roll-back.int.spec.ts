import { createReadModelPool, type Generation } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch, productSummary } from '@reprise/product-read-model';
import { commandLine } from '@reprise/runtime/commands';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch } from '@reprise/test-kit';
import { deleteByHand, testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { defaultGateLimits } from '../gate/gate.ts';
import { promoteByName } from './promote-by-name.ts';
import { rollBack, type RollbackInput } from './roll-back.ts';
import { underLease } from '../lease/under-lease.ts';

const { signal } = new AbortController();

const goBack = (model: TestReadModel, more: Pick<RollbackInput, 'again' | 'to'> = {}) =>
  underLease(model.registry, model.projection.name, (fence) =>
    rollBack({
      ...{ projection: model.projection, store: model.store, registry: model.registry, fence, signal },
      catchUp: () => Promise.resolve(),
      now: () => new Date(0),
      onNotice: () => undefined,
      ...more,
    }),
  );

const goForward = (model: TestReadModel, generation: Generation) =>
  promoteByName(
    generation,
    model.projection,
    model.servers,
    { limits: defaultGateLimits, deep: false, canaries: [] },
    { signal, onNotice: () => undefined },
  );

async function built(model: TestReadModel): Promise<Generation> {
  return (await model.registry.findGeneration((await model.rebuild()).receipt.generation!.name))!;
}

async function readersTakenOff({ store, databaseUrl }: TestReadModel, { name }: Generation): Promise<void> {
  if (store.kind === 'elasticsearch') {
    await elasticsearch().indices.deleteAlias({ index: name, name: store.readers });
    return;
  }
  const pool = createReadModelPool(databaseUrl, { max: 1 });
  await pool.query(`DROP VIEW public.${store.readers}`).finally(() => pool.end());
}

describe.each([productSearch, productSummary] as unknown as Projection[])(
  'the way back of $name',
  (projection) => {
    let model: TestReadModel;
    let earlier: Generation;
    let later: Generation;

    const readersOn = async () => {
      const readers = await model.store.observeReaders();
      return readers.kind === 'generation' ? readers.name : readers.kind;
    };
    const stateOf = async ({ uuid }: Generation) => (await model.registry.findGeneration(uuid))!.state;

    beforeAll(async () => {
      model = await testReadModel({ partitions: 1, projection });
      await produce(model.topic, productHistory({ events: [step.created(), step.published()] }));
      earlier = await built(model);
      later = await built(model);
    });

    it('is gone once: run again it changes nothing, and names the command that goes forward', async () => {
      expect(await goBack(model)).toMatchObject({ from: later.name, to: earlier.name });
      await expect(goBack(model)).rejects.toMatchObject({
        code: 'REFUSED',
        message: expect.stringContaining(
          `they are on ${earlier.name}, which is earlier than ${later.name}. Nothing was changed. ` +
            `To go forward to the later one: ${commandLine.promote(later.name)}`,
        ) as string,
      });
      expect([await readersOn(), await stateOf(later)]).toEqual([earlier.name, 'STANDBY']);
      expect((await goForward(model, later)).cutover).toMatchObject({ to: later.name });
    });

    it('leads to a later generation only when that is asked for', async () => {
      expect(await goBack(model)).toMatchObject({ to: earlier.name });
      expect(await goBack(model, { again: true })).toMatchObject({ to: later.name });
      expect(await goBack(model, { to: earlier.name })).toMatchObject({ to: earlier.name });
      await expect(goBack(model, { to: 'another' })).rejects.toThrow('of the name another');
      expect(await goBack(model, { to: later.name })).toMatchObject({ to: later.name });
    });

    it('is open after the live index or table was deleted by hand, and never leads to what is gone', async () => {
      await deleteByHand(model, later.name);
      await expect(goForward(model, later)).rejects.toThrow(`The index or table of ${later.name} is gone`);
      expect(await goBack(model)).toMatchObject({ from: null, to: earlier.name });
      expect([await stateOf(earlier), await stateOf(later)]).toEqual(['LIVE', 'GONE']);
      await expect(goBack(model, { again: true })).rejects.toMatchObject({
        code: 'REFUSED',
        message: expect.stringContaining('There is no generation') as string,
      });
      expect(await readersOn()).toBe(earlier.name);
    });

    it('leads readers that are on nothing to the generation that the registry calls live', async () => {
      await readersTakenOff(model, earlier);
      expect(await readersOn()).toBe('none');
      expect((await goForward(model, earlier)).cutover).toMatchObject({ from: null, to: earlier.name });
      expect([await readersOn(), await stateOf(earlier)]).toEqual([earlier.name, 'LIVE']);
    });

    it('is refused with the reason when the generation on standby was deleted', async () => {
      const last = await built(model);
      await deleteByHand(model, earlier.name);
      await expect(goBack(model)).rejects.toMatchObject({
        code: 'REFUSED',
        message: expect.stringContaining(`the index or table of ${earlier.name} is gone`) as string,
      });
      expect([await readersOn(), await stateOf(earlier)]).toEqual([last.name, 'GONE']);
    });

    it('stays open when readers were on nothing as the next one took over, and when that one is promoted again', async () => {
      const before = (await model.registry.findGeneration(await readersOn()))!;
      await readersTakenOff(model, before);
      const next = await built(model);
      expect((await goForward(model, next)).cutover).toMatchObject({ to: next.name });
      expect([await readersOn(), await stateOf(before)]).toEqual([next.name, 'STANDBY']);
      expect(await goBack(model)).toMatchObject({ from: next.name, to: before.name });
    });
  },
);

import type { TestReadModel } from '../testing/read-model.ts';
import { catalogue, logOf, projection } from '../testing/shards.ts';

/** Counts the calls a process makes; from a given one on it makes none any more, as one that was killed. */
class Life {
  calls = 0;
  readonly #end: number;

  constructor(end: number) {
    this.#end = end;
  }

  of<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, name) => {
        const member = Reflect.get(target, name, target) as unknown;
        if (name === 'shards') return this.of(member as object);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]) => {
          if (++this.calls > this.#end) return Promise.reject(new Error('killed'));
          return (member as (...all: unknown[]) => unknown).apply(target, given);
        };
      },
    });
  }
}

/** Runs shard `index` of 2 for so many calls of registry and store; undefined when it was killed first. */
async function shard(model: TestReadModel, index: number, life: Life) {
  const servers = { registry: life.of(model.registry), store: life.of(model.store) };
  return model.rebuild({ shard: { index, of: 2 } }, {}, servers).catch(() => undefined);
}

/** About eight moments of a life; not its first call, after which its lease would be free only when it has run out. */
function* moments(calls: number): Generator<number> {
  for (let at = 2; at < calls; at += Math.ceil(calls / 8)) yield at;
}

it('G5: gives the digest of one process whenever the first and the last of its shards are killed', async () => {
  const model = await logOf(catalogue(20));
  const { digest } = (await model.rebuild({ promote: false })).receipt;
  const whole = [new Life(Infinity), new Life(Infinity)] as const;
  expect((await shard(model, 1, whole[0]))!.receipt.outcome).toBe('shard-built');
  expect((await shard(model, 0, whole[1]))!.receipt.outcome).toBe('promoted');

  const calls = Math.max(...whole.map((life) => life.calls));
  for (const at of moments(calls)) {
    await shard(model, 1, new Life(at));
    const begun = await shard(model, 1, new Life(Infinity));
    expect({ at, outcome: begun!.receipt.outcome }).toEqual({ at, outcome: 'shard-built' });
    await shard(model, 0, new Life(at));
    // Whichever is started again: one that was killed, or one that had ended well.
    const ended = await shard(model, at % 2, new Life(Infinity));
    expect({ at, code: ended!.ending.exitCode }).toEqual({ at, code: 0 });
    const { receipt } =
      ended!.receipt.shard!.open.length > 0 ? (await shard(model, 0, new Life(Infinity)))! : ended!;
    const build = (await model.registry.shards.newest(projection))!;
    const generation = (await model.registry.findGeneration(build.generation))!;
    expect({ at, outcome: build.outcome, state: generation.state, digest: generation.digest }).toEqual({
      at,
      outcome: 'promoted',
      state: 'LIVE',
      digest,
    });
    expect(receipt.generation!.uuid).toBe(build.generation);
    expect(await model.store.observeReaders()).toMatchObject({ name: generation.name });
  }
  expect(await model.registry.listGenerations({ projection, states: ['BUILDING', 'INTERRUPTED'] })).toEqual(
    [],
  );
}, 240_000);

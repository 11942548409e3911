import { randomUUID } from 'node:crypto';
import { storableText } from '@reprise/events';
import fc from 'fast-check';
import { testRegistry, type TestRegistry } from '../testing/registry-database.ts';
import { BlockedAggregates } from './blocked-aggregates.ts';
import { DeadLetterActions } from './dead-letter-actions.ts';

/** Texts as broken events have them: any code units, NUL and halves of pairs among them. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\0', '\ud800', '\udc00', '\\u0000', '__proto__', '\u001b[31m'),
    ),
    {
      maxLength: 5,
    },
  )
  .map((parts) => parts.join(''));

describe('text from a log in Postgres', () => {
  let on: TestRegistry;
  beforeAll(async () => {
    on = await testRegistry();
  });

  it('is kept in progress, checkpoints and receipts, whatever it is and wherever it stands', async () => {
    const run = { projection: 'p', mode: 'APPLY', source: 'kafka', host: 'h', pid: 1, user: 'u' };
    await fc.assert(
      fc.asyncProperty(fc.dictionary(anyText, fc.oneof(anyText, fc.array(anyText))), async (texts) => {
        const runId = randomUUID();
        await on.registry.startRun({ ...run, runId });
        const saved = { texts };
        await on.registry.saveProgress(runId, { progress: saved, checkpoint: saved });
        await on.registry.endRun(runId, { state: 'DONE', outcome: 'o', exitCode: 0, receipt: saved });
        const found = await on.registry.findRun(runId);
        const names = (value: unknown) => Object.keys((value as typeof saved).texts).sort();
        const expected = [...new Set(Object.keys(texts).map((name) => storableText(name)))].sort();
        for (const kept of [found!.progress, found!.checkpoint, found!.receipt])
          expect(names(kept)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('is kept in what was done to dead letters, and blocks only as what it is', async () => {
    const actions = new DeadLetterActions(on.pool);
    const blocked = new BlockedAggregates(on.pool);
    const scope = { topicId: 't', projection: 'p' };
    let offset = 0n;
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        offset += 1n;
        const key = { partition: 0, offset };
        const common = { ...key, action: 'discard', outcome: 'o', version: 1, host: 'h', user: 'u' } as const;
        await actions.record('t', [{ ...common, detail: text, aggregateId: text }]);
        expect(await actions.of('t', [key])).toMatchObject([
          { detail: storableText(text), aggregateId: storableText(text) },
        ]);
        const version = Number(offset);
        const blocker = {
          ...key,
          aggregateId: text,
          version,
          reason: 'r',
          remedySought: false,
          lastParked: version,
        };
        await blocked.block(scope, [blocker]);
        const found = await blocked.at(scope, [{ aggregateId: text, version }]);
        expect([...found.keys()]).toEqual(text !== '' && text === storableText(text) ? [text] : []);
      }),
      { numRuns: 60 },
    );
  });
});

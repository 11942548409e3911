import fc from 'fast-check';
import { prepareDocument, type DocumentToWrite } from '@reprise/read-model-indices';
import { classifyBulk, type BulkReply } from './bulk-response.ts';

const conflict = (current: number, provided: number) => ({
  type: 'version_conflict_engine_exception',
  reason: `[x]: version conflict, current version [${current}] is higher or equal to the one provided [${provided}]`,
});

/** Answers of the server to one item, with what each of them means. */
const answers = {
  written: [{ status: 200 }, { status: 201 }],
  stale: [{ status: 409, error: conflict(9, 5) }, { status: 409, error: conflict(5, 5) }, { status: 409 }],
  retry: [
    {
      status: 429,
      error: {
        type: 'es_rejected_execution_exception',
        reason: 'rejected execution of coordinating operation',
      },
    },
    { status: 429, error: { type: 'circuit_breaking_exception', reason: '[parent] Data too large' } },
    { status: 503, error: { type: 'unavailable_shards_exception', reason: 'primary shard is not active' } },
    { status: 500, error: { type: 'node_closed_exception' } },
    { status: 502 },
  ],
  rejected: [
    { status: 400, error: { type: 'strict_dynamic_mapping_exception', reason: 'introduction of [nope]' } },
    {
      status: 400,
      error: { type: 'document_parsing_exception', reason: 'failed', caused_by: { reason: 'not a number' } },
    },
    { status: 400, error: { type: 'illegal_argument_exception', reason: 'immense term' } },
  ],
} as const;
type Meaning = keyof typeof answers;

const items = fc.array(
  fc
    .constantFrom(...(Object.keys(answers) as Meaning[]))
    .chain((meaning) => fc.constantFrom(...answers[meaning]).map((answer) => ({ meaning, answer }))),
  { maxLength: 60 },
);
const document = (i: number): DocumentToWrite => prepareDocument({ id: `p${i}`, version: 5, data: {} });
const reply = (all: readonly BulkReply['items'][number]['index'][]): BulkReply => ({
  errors: true,
  items: all.map((index) => ({ index: index! })),
});
const none: ReadonlySet<DocumentToWrite> = new Set();

describe('the judgement of a bulk reply', () => {
  it('puts every item where it belongs, by its place', () => {
    fc.assert(
      fc.property(items, (generated) => {
        const documents = generated.map((_, i) => document(i));
        const outcome = classifyBulk(documents, reply(generated.map(({ answer }) => answer)), none)!;
        const meant = (meaning: Meaning) => documents.filter((_, i) => generated[i]!.meaning === meaning);
        expect(outcome.written).toBe(meant('written').length);
        expect(outcome.stale).toBe(meant('stale').length);
        expect(outcome.retry).toEqual(meant('retry'));
        expect(outcome.rejected.map(({ id }) => id)).toEqual(meant('rejected').map(({ id }) => id));
        expect(outcome.overloaded).toBe(generated.some(({ answer }) => answer.status === 429));
        expect(outcome.fatal).toBeUndefined();
      }),
    );
  });

  it('says of a rejected document what the server said', () => {
    const [, parsing] = answers.rejected;
    expect(classifyBulk([document(0)], reply([parsing]), none)!.rejected).toEqual([
      { id: 'p0', version: 5, reason: 'document_parsing_exception: failed: not a number' },
    ]);
  });

  it('stops at what waiting does not cure, and keeps what the other items did', () => {
    const flood = {
      type: 'cluster_block_exception',
      reason: 'index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark]',
    };
    for (const [status, error, fault] of [
      [429, flood, 'blocked'],
      [403, { ...flood, reason: 'FORBIDDEN/8/index write (api)' }, 'blocked'],
      [400, { type: 'index_closed_exception', reason: 'closed' }, 'blocked'],
      [404, { type: 'index_not_found_exception', reason: 'no such index' }, 'absent'],
      [403, { type: 'security_exception', reason: 'action is unauthorized' }, 'denied'],
    ] as const) {
      const outcome = classifyBulk(
        [document(0), document(1)],
        reply([{ status: 201 }, { status, error }]),
        none,
      )!;
      expect(outcome).toMatchObject({ written: 1, retry: [], rejected: [], overloaded: false });
      expect(outcome.fatal).toEqual({ fault, reason: `${error.type}: ${error.reason}` });
    }
  });

  it('takes a conflict with its own version for its own write only where an answer was lost', () => {
    const [own, late, fresh] = [document(0), document(1), document(2)];
    const answered = reply(
      [conflict(5, 5), conflict(6, 5), conflict(5, 5)].map((error) => ({ status: 409, error })),
    );
    expect(classifyBulk([own, late, fresh], answered, new Set([own, late]))).toMatchObject({
      written: 1,
      stale: 2,
    });
  });

  it('does not read a reply that is not this request’s', () => {
    const documents = [document(0), document(1)];
    for (const wrong of [
      reply([{ status: 201 }]),
      { errors: false, items: [{ index: { status: 201 } }, { create: { status: 201 } }] },
      { errors: false },
      {},
      { error: 'no' },
    ]) {
      expect(classifyBulk(documents, wrong as unknown as BulkReply, none)).toBeUndefined();
    }
  });
});

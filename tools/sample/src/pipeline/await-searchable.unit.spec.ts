import { awaitSearchable } from './await-searchable.ts';
import type { PipelineState } from './pipeline-state.ts';

const state = (more: Partial<PipelineState>): PipelineState => ({
  stored: 10,
  unpublished: 0,
  parked: 0,
  searchable: 10,
  ...more,
});

/** Answers the states one after another, the last one forever. */
const reading = (...states: PipelineState[]) => {
  let reads = 0;
  return async (): Promise<PipelineState> => states[Math.min(reads++, states.length - 1)] as PipelineState;
};

describe('awaitSearchable', () => {
  it('waits until every event is published and contained in what readers see', async () => {
    const said: string[] = [];
    const read = reading(
      state({ unpublished: 5, searchable: 0 }),
      state({ unpublished: 5, searchable: 5 }),
      state({ searchable: 9 }),
      state({}),
    );
    await expect(awaitSearchable({ read, pollMs: 1, report: (line) => said.push(line) })).resolves.toEqual(
      state({}),
    );
    expect(said).toEqual(['All 10 events are in Kafka.']);
  });

  it.each([
    [
      state({ unpublished: 4, parked: 1, searchable: 0, publishError: 'broker away' }),
      '4 of 10 events are not in Kafka, 1 of them put aside (broker away). Look at outbox-relay and Kafka.',
    ],
    [
      state({ searchable: 3 }),
      'all 10 events are in Kafka, and the documents that readers see hold 3 of them. Look at projection-consumer and Elasticsearch.',
    ],
  ])('says where events are stuck when nothing moves: %j', async (stuck, message) => {
    await expect(awaitSearchable({ read: reading(stuck), pollMs: 1, stallMs: 20 })).rejects.toMatchObject({
      code: 'PIPELINE_STALLED',
      message: expect.stringContaining(message) as string,
    });
  });

  it('is patient as long as something moves', async () => {
    const moving = Array.from({ length: 30 }, (_, index) => state({ searchable: Math.floor(index / 3) }));
    const read = reading(...moving, state({}));
    let clock = 0;
    // Each state lasts three reads of 10 ms: always less than the bound, ten times as much in all.
    const waiting = awaitSearchable({
      read: () => ((clock += 10), read()),
      now: () => clock,
      pollMs: 1,
      stallMs: 35,
    });
    await expect(waiting).resolves.toEqual(state({}));
  });

  it('stops when aborted', async () => {
    const controller = new AbortController();
    const waiting = awaitSearchable({
      read: reading(state({ searchable: 0 })),
      pollMs: 5,
      signal: controller.signal,
    });
    controller.abort();
    await expect(waiting).rejects.toThrow();
  });
});

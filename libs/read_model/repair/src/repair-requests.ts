import type { Projection } from '@reprise/read-model-projections';
import type { RepairQueue } from './repair-queue.ts';

/** What the queue made of the repairs that a comparison asked for. */
export interface RequestedRepairs {
  readonly asked: number;
  /** Found the queue full. */
  readonly refused: number;
  /** Have an id that no queue holds. */
  readonly unstorable: number;
}

/** A document that differs from the log, as a comparison found it. */
interface Drifted {
  readonly id: string;
  readonly class: string;
  /** Version by the log, null where it has none. */
  readonly expected: number | null;
  /** Version that is stored, null where none is. */
  readonly actual: number | null;
}

/** Puts what drifts into the repair queue, and counts what the queue took and what not. */
export class RepairRequests {
  readonly #queue: RepairQueue;
  readonly #projection: Pick<Projection, 'name' | 'version' | 'aggregate'>;
  #counts: RequestedRepairs = { asked: 0, refused: 0, unstorable: 0 };

  constructor(queue: RepairQueue, projection: Pick<Projection, 'name' | 'version' | 'aggregate'>) {
    this.#queue = queue;
    this.#projection = projection;
  }

  get result(): RequestedRepairs {
    return this.#counts;
  }

  async take(drift: readonly Drifted[]): Promise<void> {
    const { name, version: projectionVersion, aggregate: aggregateType } = this.#projection;
    const { added, known, refused, unstorable } = await this.#queue.add(
      drift.map(({ id, class: kind, expected, actual }) => ({
        projection: name,
        projectionVersion,
        aggregateType,
        aggregateId: id,
        reason: 'verify',
        error: `${kind}: version ${actual ?? 'none'}, by the log ${expected ?? 'none'}`,
      })),
    );
    this.#counts = {
      asked: this.#counts.asked + added + known,
      refused: this.#counts.refused + refused.length,
      unstorable: this.#counts.unstorable + unstorable.length,
    };
  }
}

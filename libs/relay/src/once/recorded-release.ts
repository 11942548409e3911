import { randomUUID } from 'node:crypto';
import { releaseParked, type RowSource } from '@reprise/outbox';
import { thisProcess } from '@reprise/runtime';
import { recordAttempt, recordedWhereKept, recordOutcome, type Outcome } from '@reprise/runtime/audit';

/**
 * Puts the parked events of one outbox back into the queue, which an operator decides: it is recorded in the audit of the write database
 * before, and what came of it after it. An outbox without that audit, in a database that others migrate, is released without a row.
 */
export class RecordedRelease {
  readonly #attempt = randomUUID();
  readonly #context: string;
  readonly #actor: string | undefined;
  #done: 'nothing' | 'recorded' | 'unrecorded' = 'nothing';

  /** @param actor who the operator says to be */
  constructor(context: string, actor: string | undefined) {
    this.#context = context;
    this.#actor = actor;
  }

  /** Releases them, once. @throws the database's error: nothing was released then */
  async release(outbox: RowSource): Promise<void> {
    if (this.#done !== 'nothing') return;
    const isRecorded = await recordedWhereKept(() =>
      recordAttempt(outbox, '', {
        ...{ attempt: this.#attempt, origin: 'cli', ...thisProcess(), actor: this.#actor, verb: 'relay' },
        arguments: ['--once', '--release-parked', '--context', this.#context],
      }),
    );
    await releaseParked(outbox);
    this.#done = isRecorded ? 'recorded' : 'unrecorded';
  }

  /** Records what came of it, if it was recorded. @throws the database's error: what was released stays released */
  async ended(outbox: RowSource, outcome: Outcome): Promise<void> {
    if (this.#done === 'recorded') await recordOutcome(outbox, '', this.#attempt, outcome);
  }
}

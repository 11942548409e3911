import type { LetterKey } from '@reprise/read-model-indices';
import type { PartitionRecord } from '../kafka/partition-batch.ts';

/** The reason of sound events that wait: an earlier event of their aggregate is a dead letter. */
export const waitsBehind = 'waits-behind';

/** A record that cannot be applied, or not yet, and why. It must be durably put aside before the position moves. */
export interface DeadLetter extends PartitionRecord {
  readonly partition: number;
  readonly reason: string;
  readonly message: string;
  /** How often it was tried; 0 for one that waits behind another. */
  readonly attempts: number;
  readonly aggregateId?: string;
  readonly aggregateVersion?: number;
  readonly type?: string;
  /** The projection that refused it first; absent where no projection could take it. */
  readonly projection?: string;
  /** Where in the log the dead letter came from that has to be dealt with first. */
  readonly waitsBehind?: LetterKey;
}

/** A dead letter could not be made durable: no generation may move past it. */
export class NotPutAside extends Error {
  readonly code = 'NOT_PUT_ASIDE';
  readonly retryable = true;

  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `Events that cannot be applied could not be put aside (${why}). The position was not moved. ` +
        'Check the dead-letter topic, its setting (DEAD_LETTER_TOPIC, behind the prefix of its context) and the broker.',
      { cause },
    );
    this.name = 'NotPutAside';
  }
}

/** Puts each event of one batch aside once, however many generations refuse it and in whatever order they find out. */
export class OnceAside {
  readonly #sent = new Map<bigint, Promise<void>>();
  readonly #putAside: (letters: readonly DeadLetter[]) => Promise<void>;

  constructor(putAside: (letters: readonly DeadLetter[]) => Promise<void>) {
    this.#putAside = putAside;
  }

  /**
   * Resolves when all of them are durable, whichever call sent them.
   * @throws NotPutAside
   */
  async put(letters: readonly DeadLetter[]): Promise<void> {
    const fresh = new Map<bigint, DeadLetter>();
    for (const letter of letters) {
      const { offset } = letter;
      if (!this.#sent.has(offset) && !fresh.has(offset)) fresh.set(offset, letter);
    }
    if (fresh.size > 0) {
      const sending = this.#putAside([...fresh.values()]).catch((error: unknown) => {
        throw new NotPutAside(error);
      });
      for (const offset of fresh.keys()) this.#sent.set(offset, sending);
    }
    await Promise.all(letters.map(({ offset }) => this.#sent.get(offset) ?? Promise.resolve()));
  }
}

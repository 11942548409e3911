import type { RecordContext } from '../index.ts';

export interface SentRecord {
  readonly key?: Buffer | string | null;
  /** In the order they were sent; a name may be there several times. */
  readonly headers?: readonly (readonly [name: string, value: Buffer | string])[];
  readonly position?: bigint;
  readonly timestamp?: number;
}

/** What a reader is given of a record beyond its value. */
export function recordOf(sent: SentRecord): RecordContext {
  return new Sent(sent);
}

/** A class, as the engine's are: its methods need their record. */
class Sent implements RecordContext {
  constructor(private readonly sent: SentRecord) {}

  get key(): Buffer | string | null {
    return this.sent.key ?? null;
  }

  header(name: string): Buffer | string | undefined {
    return this.sent.headers?.findLast(([sent]) => sent === name)?.[1];
  }

  position(): bigint {
    return this.sent.position ?? 0n;
  }

  timestamp(): number | undefined {
    return this.sent.timestamp;
  }
}

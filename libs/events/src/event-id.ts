import { v7 } from 'uuid';

/**
 * A new event id: UUIDv7 (RFC 9562 section 5.7) of the given moment, so ids sort roughly by time in an index. Nothing reads
 * order from it.
 * @param random 16 random bytes; given only where ids must be reproducible
 */
export function newEventId(time: Date, random?: Uint8Array): string {
  return v7({ msecs: time.getTime(), ...(random && { random }) });
}

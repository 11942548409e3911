import { randomBytes } from 'node:crypto';

/**
 * A new event id: UUIDv7 (RFC 9562 section 5.7) of the given moment, so ids sort roughly by time in an index. Nothing reads
 * order from it.
 * @param random 16 random bytes; given only where ids must be reproducible
 */
export function newEventId(time: Date, random: Uint8Array = randomBytes(16)): string {
  const bytes = Buffer.from(random);
  bytes.writeUIntBE(time.getTime(), 0, 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

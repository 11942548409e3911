import { readdirSync, readFileSync } from 'node:fs';
import { recruitingEvents } from './index.ts';

/** One file per event type and version, one stored event per line. Lines are only ever added: what stands here may stand in a log. */
const folder = new URL('./golden/', import.meta.url);
const stored = readdirSync(folder).map((file) => ({
  type: file.replace(/\.jsonl$/, ''),
  lines: readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n'),
}));
const lines = stored.flatMap(({ type, lines }) => lines.map((line) => ({ type, line })));

describe('events written by any release', () => {
  it('are kept for every type', () => {
    expect(stored.map(({ type }) => type).sort()).toEqual([...recruitingEvents.types].sort());
  });

  it.each(lines)('are read, and written the same byte for byte: $type', ({ type, line }) => {
    const result = recruitingEvents.read(Buffer.from(line));
    if (!result.ok) throw new Error(result.message);
    expect(result.event).toEqual(JSON.parse(line));
    expect(result.event.type).toBe(type);
    expect(recruitingEvents.encode(result.event)).toBe(line);
  });
});

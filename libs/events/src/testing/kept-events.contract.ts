import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { DomainEvent } from '../domain-event.ts';
import type { EventContract } from '../contract/event-contract.ts';

/** The events of a context and where what must stay is kept. */
export interface KeptEvents<Event extends DomainEvent> {
  readonly contract: Pick<EventContract<Event>, 'read' | 'encode' | 'types' | 'schemas'>;
  /** Older types that upcasters read. */
  readonly older?: readonly string[];
  /**
   * Folder of stored events: one file per event type and version, one event per line. Lines are only ever added: what stands there
   * may stand in a log.
   */
  readonly golden: URL;
  /** Folder of the documentation that holds the schemas, for other readers of the log. */
  readonly published: URL;
  /** Whether the schema of the envelope is published there as well. */
  readonly withEnvelope?: boolean;
}

/** What holds of the events of every context: what any release wrote is read, and the published schemas say what the codec checks. */
export function itKeepsItsEvents<Event extends DomainEvent>({
  contract,
  older = [],
  golden,
  published,
  withEnvelope = false,
}: KeptEvents<Event>): void {
  const lines = readdirSync(golden).flatMap((file) =>
    readFileSync(new URL(file, golden), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => ({ type: file.replace(/\.jsonl$/, ''), line })),
  );

  describe('events written by any release', () => {
    it('are kept for every current type and every older version', () => {
      expect([...new Set(lines.map(({ type }) => type))].sort()).toEqual(
        [...contract.types, ...older].sort(),
      );
    });

    it.each(lines)('are read, and written the same byte for byte: $type', ({ type, line }) => {
      const stored = JSON.parse(line) as Record<string, unknown>;
      const result = contract.read(Buffer.from(line));
      if (!result.ok) throw new Error(result.message);
      expect(stored['type']).toBe(type);
      const { data, ...attributes } = stored;
      const read: DomainEvent = result.event;
      expect(read).toMatchObject({ ...attributes, type: read.type });
      if (older.includes(type)) return;
      expect(read).toEqual({ ...attributes, data });
      expect(contract.encode(result.event)).toBe(line);
    });
  });

  const schemas = new Map([
    ...(withEnvelope ? [['event-envelope.schema.json', contract.schemas.envelope] as const] : []),
    ...[...contract.schemas.byType].map(([type, schema]) => [`${type}.schema.json`, schema] as const),
  ]);

  if (process.env['PUBLISH_SCHEMAS'] === 'true') {
    mkdirSync(published, { recursive: true });
    for (const [file, schema] of schemas)
      writeFileSync(new URL(file, published), `${JSON.stringify(schema, undefined, 2)}\n`);
  }

  describe('the published schemas (PUBLISH_SCHEMAS=true writes them again, then run Prettier)', () => {
    it('are these files and no others', () => {
      const files = readdirSync(published).filter((file) => file.endsWith('.schema.json'));
      expect(files.sort()).toEqual([...schemas.keys()].sort());
    });

    it.each([...schemas])('%s says what the codec checks', (file, schema) => {
      const said: unknown = JSON.parse(readFileSync(new URL(file, published), 'utf8'));
      expect(said).toEqual(JSON.parse(JSON.stringify(schema)));
    });
  });
}

import type { BlockedScope, HeldBlocker, Parked } from '@reprise/read-model-indices';

/** Blocked aggregates in memory, by the rules of the table. For unit tests only; users have a database. */
export class BlockedInMemory {
  readonly rows = new Map<string, HeldBlocker>();

  at(
    scope: BlockedScope,
    needed: readonly { aggregateId: string; version: number }[],
  ): Promise<Map<string, HeldBlocker>> {
    const found = needed.flatMap(
      ({ aggregateId, version }) => this.rows.get(key(scope, aggregateId, version)) ?? [],
    );
    return Promise.resolve(new Map(found.map((row) => [row.aggregateId, row])));
  }

  block(scope: BlockedScope, blockers: readonly HeldBlocker[]): Promise<void> {
    for (const blocker of blockers) {
      const at = key(scope, blocker.aggregateId, blocker.version);
      const held = this.rows.get(at) ?? blocker;
      const lastParked = Math.max(held.lastParked, blocker.lastParked);
      this.rows.set(at, { ...held, lastParked, remedySought: held.remedySought || blocker.remedySought });
    }
    return Promise.resolve();
  }

  park(scope: BlockedScope, parked: readonly Parked[]): Promise<string[]> {
    const gone: string[] = [];
    for (const { aggregateId, version, lastParked } of parked) {
      const at = key(scope, aggregateId, version);
      const held = this.rows.get(at);
      if (!held) gone.push(aggregateId);
      else {
        const highest = Math.max(held.lastParked, lastParked);
        this.rows.set(at, { ...held, lastParked: highest, remedySought: true });
      }
    }
    return Promise.resolve(gone);
  }
}

function key({ topicId, projection }: BlockedScope, aggregateId: string, version: number): string {
  return `${topicId} ${projection} ${aggregateId} ${version}`;
}

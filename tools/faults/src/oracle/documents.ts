import type { World } from '../cluster/world.ts';
import { check, eventually } from '../waiting.ts';
import { committedEvents } from './event-store.ts';
import { foldDocuments, plainJson, type PlainEvent } from './fold.ts';

/** The one index behind the alias. @throws Error when there is none or more than one */
export async function servingIndex({ search, alias }: World): Promise<string> {
  const behind = await search.behind(alias);
  check(behind.length === 1, `I6: the alias is on ${behind.length} indices: ${behind.join(', ')}`);
  return behind[0] ?? '';
}

/**
 * I5: an index holds exactly the naive fold of these events: the same ids, the same content, the same versions, also as
 * Elasticsearch counts them.
 * @throws Error with the number of differences and the first of them
 */
export async function checkIndex(
  world: World,
  index: string,
  events: readonly PlainEvent[],
): Promise<number> {
  const expected = foldDocuments(events);
  const problems: string[] = [];
  const actual = await world.search.documents(index);
  for (const { id, version, source } of actual) {
    const { reprise: _, ...document } = source;
    const wanted = expected.get(id);
    if (wanted === undefined) problems.push(`${id} is extra`);
    else if (version !== wanted['version'] || plainJson(document) !== plainJson(wanted))
      problems.push(`${id} is ${plainJson(document)} (version ${version}) instead of ${plainJson(wanted)}`);
    expected.delete(id);
  }
  problems.push(...[...expected.keys()].map((id) => `${id} is missing`));
  check(problems.length === 0, `I5: ${problems.length} documents of ${index} differ; ${problems[0]}`);
  return actual.length;
}

/** Waits until the index behind the alias holds the fold of everything that is committed, and returns its name. */
export async function settled(world: World, timeoutMs = 90_000): Promise<string> {
  return eventually(
    async () => {
      const events = (await committedEvents(world)).map(({ event }) => event);
      const index = await servingIndex(world);
      await checkIndex(world, index, events);
      return index;
    },
    { timeoutMs, intervalMs: 250 },
  );
}

/** Waits until every index that is fed holds the fold of everything that is committed. */
export async function allFedSettled(world: World, timeoutMs = 90_000): Promise<string[]> {
  const serving = await settled(world, timeoutMs);
  const { rows } = await world.read.query<{ name: string }>(
    `SELECT name FROM registry.generations
     WHERE storage = 'elasticsearch' AND state IN ('LIVE', 'STANDBY', 'VERIFIED') AND name <> $1`,
    [serving],
  );
  const events = (await committedEvents(world)).map(({ event }) => event);
  for (const { name } of rows)
    await eventually(() => checkIndex(world, name, events), { timeoutMs, intervalMs: 250 });
  return [serving, ...rows.map(({ name }) => name)];
}

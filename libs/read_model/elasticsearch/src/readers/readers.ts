import { errors, type Client, type estypes } from '@elastic/elasticsearch';
import {
  CutoverConflict,
  isGenerationName,
  type GenerationName,
  type ReadersTarget,
} from '@reprise/read-model-indices';
import { faultOf, serverErrorOf } from '../servers/faults.ts';
import { writeAliasOf } from '../creation/index-definition.ts';
import { request, type RequestOptions } from '../servers/requests.ts';

/** The alias readers use, and the projection whose generations it may point to. */
export interface ReadersAlias {
  readonly alias: string;
  readonly projection: string;
}

/** What the alias resolves to now. An index that is not a generation of the projection is not guessed about. */
export async function observeAlias(
  client: Client,
  readers: ReadersAlias,
  options: RequestOptions,
): Promise<ReadersTarget> {
  return (await lookAtAlias(client, readers, options)).target;
}

interface AliasNow {
  readonly target: ReadersTarget;
  /** How the alias is set up on the one generation it points to. */
  readonly setUp: estypes.IndicesAlias;
}

async function lookAtAlias(
  client: Client,
  { alias, projection }: ReadersAlias,
  options: RequestOptions,
): Promise<AliasNow> {
  const behind = await request(`reading the alias ${alias}`, options, async () => {
    try {
      return await client.indices.get({ index: alias, features: 'aliases' });
    } catch (error) {
      if (faultOf(error) === 'absent') return {};
      throw error;
    }
  });
  const [first, ...others] = Object.entries(behind);
  if (first === undefined) return { target: { kind: 'none' }, setUp: {} };
  const [name, { aliases }] = first;
  const setUp = aliases?.[alias];
  if (others.length === 0 && setUp !== undefined && isGenerationName(name, projection)) {
    const caveats = caveatsOf(setUp);
    const target = { kind: 'generation', name, ...(caveats.length > 0 && { caveats }) } as const;
    return { target, setUp };
  }
  const names = Object.entries(behind).map(([index, { data_stream }]) => data_stream ?? index);
  return { target: { kind: 'ambiguous', names: [...new Set(names)].sort() }, setUp: {} };
}

/** What is done to an alias by hand that readers notice, or that they could do harm with. */
function caveatsOf({
  filter,
  search_routing,
  index_routing,
  is_hidden,
  is_write_index,
}: estypes.IndicesAlias) {
  return [
    ...(filter === undefined
      ? []
      : [`it has the filter ${JSON.stringify(filter)}: readers see nothing else`]),
    ...(search_routing === undefined && index_routing === undefined
      ? []
      : [`it has the routing ${search_routing ?? index_routing}: readers see some shards only`]),
    ...(is_hidden === true ? ['it is hidden: searches by a pattern of names leave it out'] : []),
    ...(is_write_index === false
      ? []
      : ['it takes writes: anyone who writes through it changes what readers see']),
  ];
}

/**
 * Refuses an alias with a routing. Documents are never written with one, so what readers see through it is whatever shares a shard
 * with it; behind another index it would be something else.
 *
 * @throws CutoverConflict with the call that puts it right
 */
function refuseRouting({ alias }: ReadersAlias, name: GenerationName, setUp: estypes.IndicesAlias): void {
  const { search_routing: search, index_routing: index, ...kept } = setUp;
  if (search === undefined && index === undefined) return;
  const add = { index: name, alias, ...kept, is_write_index: false };
  throw new CutoverConflict(
    `The alias ${alias} has the routing ${search ?? index}, so readers see only what happens to lie in some shards of ${name}, and would see ` +
      'something else of any other index. Nothing was changed. Remove it, then run this again: ' +
      `POST /_aliases ${JSON.stringify({ actions: [{ add }] })}`,
  );
}

/** @throws CutoverConflict when readers could not be moved because of how their alias is set up */
export async function assertMovable(
  client: Client,
  readers: ReadersAlias,
  options: RequestOptions,
): Promise<ReadersTarget> {
  const { target, setUp } = await lookAtAlias(client, readers, options);
  if (target.kind === 'generation') refuseRouting(readers, target.name, setUp);
  return target;
}

/** All aliases on generations of the projection, by index, but for those that writers use. */
export async function aliasesOn(
  client: Client,
  projection: string,
  options: RequestOptions,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = await request(`reading the aliases of ${projection}`, options, () =>
    client.indices.getAlias({ index: `${projection}_v*`, expand_wildcards: ['open', 'closed'] }),
  );
  return new Map(
    Object.entries(found).flatMap(([index, { aliases }]) => {
      if (!isGenerationName(index, projection)) return [];
      const names = Object.keys(aliases).filter((name) => name !== writeAliasOf(index));
      return names.length > 0 ? [[index, names.sort()] as const] : [];
    }),
  );
}

/**
 * Moves the alias from the index it was observed at to another, in one `_aliases` call. `must_exist` makes it a
 * compare-and-swap: a removal from an index that no longer has the alias fails the whole call, where without it the call
 * would answer 200 and add the alias to a second index. The alias refuses writes, so a writer that is given it by mistake fails.
 * A filter that an operator put on it, and its being hidden, go along in the same call: readers see as much as before.
 *
 * The first adoption (`from` undefined) has nothing to compare with. It is checked before and after: of two that start at the
 * same moment at most one keeps the alias, and readers may see both for an instant. The registry's lease keeps it from happening.
 *
 * @throws CutoverConflict when the alias was not, or did not stay, where the caller saw it; the message says where it is
 */
export async function moveAlias(
  client: Client,
  readers: ReadersAlias,
  from: GenerationName | undefined,
  to: GenerationName,
  options: RequestOptions,
): Promise<void> {
  const { alias } = readers;
  const { target, setUp } = await lookAtAlias(client, readers, options);
  assertAt(alias, from, target, 'nothing was changed');
  if (from !== undefined) refuseRouting(readers, from, setUp);
  const { filter, is_hidden } = setUp;
  const kept = { ...(filter && { filter }), ...(is_hidden === true && { is_hidden }) };
  await request(`moving the alias ${alias} to ${to}`, options, async (attempt) => {
    // The answer to an earlier try may have been lost after the move was made.
    if (attempt > 1 && isAt(to, await observeAlias(client, readers, options))) return;
    try {
      await client.indices.updateAliases({
        actions: [
          ...(from === undefined ? [] : [{ remove: { index: from, alias, must_exist: true } }]),
          { add: { index: to, alias, is_write_index: false, ...kept } },
        ],
      });
    } catch (error) {
      const type = serverErrorOf(error)?.type;
      if (type === 'aliases_not_found_exception' || type === 'index_not_found_exception') {
        throw new CutoverConflict(
          `The alias ${alias} could not be moved from ${from ?? 'nowhere'} to ${to}: one of them, or its alias, is gone. ` +
            'Nothing was changed. See where the alias points now, then cut over again.',
          { cause: error },
        );
      }
      throw error;
    }
  });
  const now = await observeAlias(client, readers, options);
  if (isAt(to, now)) return;
  if (from === undefined && now.kind === 'ambiguous' && now.names.includes(to))
    await withdraw(client, alias, to, options);
  assertAt(
    alias,
    to,
    now,
    from === undefined ? 'this one was undone' : 'another cutover followed immediately',
  );
}

/** Takes the alias off an index again, if it still has it. */
async function withdraw(
  client: Client,
  alias: string,
  from: GenerationName,
  options: RequestOptions,
): Promise<void> {
  await request(`taking the alias ${alias} off ${from}`, options, async () => {
    try {
      await client.indices.updateAliases({ actions: [{ remove: { index: from, alias, must_exist: true } }] });
    } catch (error) {
      if (!(error instanceof errors.ResponseError) || faultOf(error) !== 'absent') throw error;
    }
  });
}

function isAt(expected: GenerationName | undefined, target: ReadersTarget): boolean {
  return expected === undefined
    ? target.kind === 'none'
    : target.kind === 'generation' && target.name === expected;
}

function assertAt(
  alias: string,
  expected: GenerationName | undefined,
  target: ReadersTarget,
  changed: string,
): void {
  if (isAt(expected, target)) return;
  if (target.kind === 'ambiguous' && target.names.includes(alias)) {
    throw new CutoverConflict(
      `"${alias}" is an index, so it cannot be the readers' alias; ${changed}. ` +
        `Reindex or delete that index, or choose another alias, then cut over again.`,
    );
  }
  throw new CutoverConflict(
    `The alias ${alias} points at ${describeTarget(target)}, expected ${expected ?? 'no index'}; ${changed}. ` +
      (target.kind === 'ambiguous'
        ? 'Remove the alias from every index but the one that should serve, then cut over again.'
        : 'Another cutover came first: check it, then cut over again.'),
  );
}

function describeTarget(target: ReadersTarget): string {
  if (target.kind === 'none') return 'no index';
  return target.kind === 'generation' ? target.name : target.names.join(', ');
}

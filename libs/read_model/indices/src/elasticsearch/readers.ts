import { errors, type Client } from '@elastic/elasticsearch';
import { CutoverConflict } from '../errors.ts';
import type { GenerationName, ReadersTarget } from '../generation.ts';
import { isGenerationName } from '../generation-name.ts';
import { faultOf, serverErrorOf } from './faults.ts';
import { writeAliasOf } from './index-definition.ts';
import { request, type RequestOptions } from './requests.ts';

/** The alias readers use, and the projection whose generations it may point to. */
export interface ReadersAlias {
  readonly alias: string;
  readonly projection: string;
}

/** What the alias resolves to now. An index that is no generation of the projection is not guessed about. */
export async function observeAlias(
  client: Client,
  { alias, projection }: ReadersAlias,
  options: RequestOptions,
): Promise<ReadersTarget> {
  const resolved = await request(`reading the alias ${alias}`, options, async () => {
    try {
      return await client.indices.resolveIndex({ name: alias });
    } catch (error) {
      if (faultOf(error) === 'absent') return undefined;
      throw error;
    }
  });
  if (resolved === undefined) return { kind: 'none' };
  const concrete = [...resolved.indices, ...resolved.data_streams].map(({ name }) => name);
  const behind = resolved.aliases.flatMap(({ indices }) => indices);
  if (concrete.length === 0 && behind.length === 1 && isGenerationName(behind[0]!, projection)) {
    return { kind: 'generation', name: behind[0]! as GenerationName };
  }
  return { kind: 'ambiguous', names: [...concrete, ...behind].sort() };
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
  assertAt(alias, from, await observeAlias(client, readers, options), 'nothing was changed');
  await request(`moving the alias ${alias} to ${to}`, options, async (attempt) => {
    // The answer to an earlier try may have been lost after the move was made.
    if (attempt > 1 && isAt(to, await observeAlias(client, readers, options))) return;
    try {
      await client.indices.updateAliases({
        actions: [
          ...(from === undefined ? [] : [{ remove: { index: from, alias, must_exist: true } }]),
          { add: { index: to, alias, is_write_index: false } },
        ],
      });
    } catch (error) {
      const type = serverErrorOf(error)?.type;
      if (type === 'aliases_not_found_exception' || type === 'index_not_found_exception') {
        throw new CutoverConflict(
          `The alias ${alias} could not be moved from ${from ?? 'nowhere'} to ${to}: one of them, or the alias on it, is gone. ` +
            'Nothing was changed. Look at where the alias points now, then cut over again.',
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
    from === undefined ? 'this one was taken back' : 'another cutover came right after this one',
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
        ? 'Take the alias off every index but the one that should serve, then cut over again.'
        : 'Another cutover came first: look at it, then cut over again.'),
  );
}

function describeTarget(target: ReadersTarget): string {
  if (target.kind === 'none') return 'no index';
  return target.kind === 'generation' ? target.name : target.names.join(', ');
}

import type { Client } from '@elastic/elasticsearch';
import {
  DependencyError,
  GenerationConflict,
  StoreMisconfigured,
  type GenerationMeta,
  type GenerationName,
} from '@reprise/read-model-indices';
import { limitNamed } from '../servers/blocks.ts';
import { describeError, faultOf, serverErrorOf } from '../servers/faults.ts';
import { metaFromMapping } from './index-definition.ts';
import { request, type RequestOptions } from '../servers/requests.ts';
import { unallocatedPrimary } from './allocation.ts';
import type { IndexDefinition } from './differences.ts';
import { listed, readDifferences } from './read-back.ts';
import { refuseHarmful, templatesFor, type MatchingTemplate } from './templates.ts';

/** How long the server waits for the new shard in the create call itself, before it is asked what keeps it. */
const shardTimeout = '2s';

interface NewIndex {
  readonly name: GenerationName;
  readonly meta: GenerationMeta;
  readonly definition: IndexDefinition;
}

/**
 * Creates the empty index of a generation and makes sure that it is the one that was asked for, with its shards on nodes. One
 * that is not is deleted again before it returns: nothing was written to it.
 *
 * @throws StoreMisconfigured when templates, or limits for mappings, do not allow this index; it names them
 * @throws DependencyError when no node takes its shards, with the reason; GenerationConflict when the name is taken
 */
export async function createIndex(client: Client, index: NewIndex, options: RequestOptions): Promise<void> {
  const { name, definition } = index;
  const templates = await templatesFor(client, name, options);
  refuseHarmful(name, templates);
  await request(`creating ${name}`, options, (attempt) => create(client, index, templates, attempt));
  await dropUnless(client, index, options, async () => {
    await waitForShards(client, name, templates, options);
    const differences = await readDifferences(client, name, definition, options);
    if (differences.length === 0) return;
    throw new StoreMisconfigured(
      `Elasticsearch created ${name} otherwise than it was asked to: ${listed(differences)}. ${blame(templates)} The index was deleted ` +
        'again, nothing was written to it, and readers were not moved. Take that out of the template, or change its patterns so ' +
        'that they do not match, then run this again.',
    );
  });
}

async function create(
  client: Client,
  { name, meta, definition }: NewIndex,
  templates: readonly MatchingTemplate[],
  attempt: number,
): Promise<void> {
  try {
    await client.indices.create({ index: name, ...definition, timeout: shardTimeout });
  } catch (error) {
    const server = serverErrorOf(error);
    if (server?.type === 'resource_already_exists_exception') {
      // Only an index that an earlier try of this very call made, its answer lost, may be taken for success.
      if (attempt > 1 && (await isOwn(client, name, meta))) return;
      throw new GenerationConflict(
        `The index ${name} exists already; it was left as it is. Build under another name, or drop it first.`,
        { cause: error },
      );
    }
    if (faultOf(error) !== 'other' || server === undefined) throw error;
    const limit = limitNamed(describeError(error));
    throw new StoreMisconfigured(
      `Elasticsearch refuses to create ${name}: ${describeError(error)}${limit ? ` (the limit is ${limit})` : ''}. ` +
        'Nothing was created, and readers were not moved. ' +
        `${blame(templates)} Change what it names (a template, a limit of the server, or the projection's storage), then run this again.`,
      { cause: error },
    );
  }
}

/** Deletes the index again when `check` fails, as long as it is the one that was just created. */
async function dropUnless(
  client: Client,
  { name, meta }: NewIndex,
  options: RequestOptions,
  check: () => Promise<void>,
): Promise<void> {
  try {
    await check();
  } catch (error) {
    // What keeps the index from being right is what counts; one that could not be deleted is dropped by the next run.
    await request(`deleting ${name}`, options, async () => {
      if (await isOwn(client, name, meta)) await client.indices.delete({ index: name });
    }).catch(() => undefined);
    throw error;
  }
}

async function isOwn(client: Client, name: GenerationName, { uuid }: GenerationMeta): Promise<boolean> {
  const mapping = await client.indices.getMapping({ index: name });
  return metaFromMapping(mapping[name]?.mappings._meta)?.uuid === uuid;
}

async function waitForShards(
  client: Client,
  name: GenerationName,
  templates: readonly MatchingTemplate[],
  options: RequestOptions,
): Promise<void> {
  // By a clock that nobody sets.
  const deadline = performance.now() + options.retryBudgetMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const { timed_out } = await request(`waiting for the shards of ${name}`, options, () =>
      client.cluster.health({ index: name, wait_for_status: 'yellow', timeout: '1s' }, { ignore: [408] }),
    );
    if (!timed_out) return;
    const unallocated = await unallocatedPrimary(client, name, options);
    if (unallocated?.final !== true && performance.now() < deadline) continue;
    throw new DependencyError(
      'elasticsearch',
      `No node of Elasticsearch takes the new index: ${unallocated?.cause ?? `the shards of ${name} are still being started`}. ${blame(templates)} The index was deleted again, ` +
        'and readers were not moved. Change the rule or limit that is named (or add a node that fits it), then run this again.',
    );
  }
}

/** Where to look for what was not asked for. */
function blame(templates: readonly MatchingTemplate[]): string {
  if (templates.length === 0) return 'No index template matches its name.';
  return `Its name is matched by the ${templates.map(({ title }) => title).join(', the ')}.`;
}

import { commandLine } from '@reprise/runtime/commands';

/** A block of the server, by the number it has in the server's own messages: what it is called, and how it is lifted. */
interface Block {
  readonly name: string;
  readonly lift: (index: string) => string;
}

const indexSetting = (name: string, first = ''): Block => ({
  name,
  lift: (index) => `${first}PUT /${index}/_settings {"${name}":null}`,
});

const clusterSetting = (name: string, first = ''): Block => ({
  name,
  lift: () => `${first}PUT /_cluster/settings {"persistent":{"${name}":null},"transient":{"${name}":null}}`,
});

/** Why a full disk comes first: the server sets the block again as long as there is no room. */
const freeFirst =
  'free disk space or add a node first. Below the high watermark the server lifts it automatically; otherwise: ';

const blocks: ReadonlyMap<number, Block> = new Map([
  [4, { name: 'the index is closed', lift: (index) => `POST /${index}/_open` }],
  [5, indexSetting('index.blocks.read_only')],
  [6, clusterSetting('cluster.blocks.read_only')],
  [7, indexSetting('index.blocks.read')],
  [8, indexSetting('index.blocks.write')],
  [9, indexSetting('index.blocks.metadata')],
  [12, indexSetting('index.blocks.read_only_allow_delete', freeFirst)],
  [13, clusterSetting('cluster.blocks.read_only_allow_delete', freeFirst)],
]);

const byName = new Map([...blocks.values()].map((block) => [block.name, block]));

/** How to lift a block that a setting of that name puts on an index or on the cluster; undefined when it is not such a setting. */
export function liftOf(setting: string, index: string): string | undefined {
  return byName.get(setting)?.lift(index);
}

/**
 * What an operator does about the blocks that the server's own message names ("index [x] blocked by: [FORBIDDEN/8/index write
 * (api)];", or "index_closed_exception").
 *
 * @param index the index, where the message does not say
 */
export function remedyForBlock(reason: string, index = 'INDEX'): string {
  const named = /index \[([^\]]+)\] blocked/.exec(reason)?.[1] ?? index;
  const numbers = [...reason.matchAll(/\[[A-Z_]+\/(\d+)\//g)].map((match) => Number(match[1]));
  if (numbers.length === 0 && reason.includes('index_closed_exception')) numbers.push(4);
  const found = numbers.flatMap((number) => blocks.get(number) ?? []);
  if (found.length === 0)
    return `See which block is set: GET /${named}/_settings and GET /_cluster/settings; then lift it.`;
  return found.map(({ name, lift }) => `${sentence(`${name}: ${lift(named)}`)}.`).join(' ');
}

function sentence(text: string): string {
  return text.startsWith('the ') ? `The ${text.slice(4)}` : `The block is ${text}`;
}

/** Limits of the server as its messages word them, and the setting that is behind each. */
const limits: readonly (readonly [RegExp, string])[] = [
  [
    /this action would add \[\d+\] (?:total )?shards.*maximum (?:normal )?shards open/s,
    'cluster.max_shards_per_node',
  ],
  [/Limit of total fields \[/, 'index.mapping.total_fields.limit'],
  [/Limit of mapping depth \[/, 'index.mapping.depth.limit'],
  [/Limit of nested fields \[/, 'index.mapping.nested_fields.limit'],
  [/is longer than the limit of \[?\d+/, 'index.mapping.field_name_length.limit'],
];

/** The setting behind a limit that the server's message speaks of; undefined when it speaks of none. */
export function limitNamed(reason: string): string | undefined {
  const own = limits.find(([wording]) => wording.test(reason))?.[1];
  // The server's wording for all the others: "... can be set by changing the [search.max_buckets] cluster level setting."
  return own ?? /changing the \[([\w.]+)\] (?:cluster|index) level/.exec(reason)?.[1];
}

/** What an operator does about a limit that is a matter of the server's state, not of what is asked of it. */
export function remedyForLimit(reason: string): string {
  const setting = limitNamed(reason);
  if (setting !== 'cluster.max_shards_per_node')
    return `The limit is ${setting ?? 'a setting of the server'}: raise it, then run this again.`;
  return (
    `The limit is cluster.max_shards_per_node: delete old generations (${commandLine.prune('all')}) or unused indices, ` +
    'add a data node, or raise it with PUT /_cluster/settings, then run this again.'
  );
}

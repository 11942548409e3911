import type { Guard } from '../guard.ts';

const indices = 'libs/read_model/indices/src';
const elasticsearch = 'libs/read_model/elasticsearch/src';
const rebuild = 'libs/read_model/rebuild/src';
const alias = `${elasticsearch}/readers/readers.ts`;
const view = `${indices}/postgres/readers-view.ts`;
const elasticsearchContract = `${elasticsearch}/generation-store.int.spec.ts`;
const postgresContract = 'libs/testing/src/store/postgres-store.int.spec.ts';
const promoteSpec = `${rebuild}/cutover/promote.int.spec.ts`;

/** Readers are on exactly one complete generation, and the way back is not stale. */
export const readerGuards: readonly Guard[] = [
  {
    id: 'alias-compared-when-moved',
    promise: 'G2',
    what: 'the call removes the alias from the index where it was observed, or fails',
    file: alias,
    text: '[{ remove: { index: from, alias, must_exist: true } }]),',
    without: '[{ remove: { index: from, alias, must_exist: false } }]),',
    specs: [
      {
        file: elasticsearchContract,
        titles: ['readers follow exactly one of several cutovers made at once'],
      },
    ],
  },
  {
    id: 'alias-compared-before',
    promise: 'G2',
    what: 'readers that are not where the caller saw them are not moved',
    file: alias,
    text: "  assertAt(alias, from, target, 'nothing was changed');\n",
    without: '',
    specs: [
      {
        file: `${elasticsearch}/readers/index-guards.int.spec.ts`,
        titles: ['see no index beside theirs'],
      },
    ],
  },
  {
    id: 'view-compared-when-moved',
    promise: 'G2',
    what: "the same for a Postgres read model's view",
    file: view,
    text: '  if (!isAt(from, target)) {',
    without: '  if (from === to) {',
    specs: [
      {
        file: postgresContract,
        titles: [
          'readers stay when they are not where the caller saw them',
          'readers follow exactly one of several',
        ],
      },
    ],
  },
  {
    id: 'view-locked-when-moved',
    promise: 'G2',
    what: 'switches of a view wait for each other',
    file: view,
    text: '  await lockView(client, readers);\n  const target',
    without: '  const target',
    specs: [
      { file: postgresContract, titles: ['readers follow exactly one of several'] },
      {
        file: `${indices}/postgres/readers-view.int.spec.ts`,
        titles: ['is made once by several first cutovers', 'does not let other readers wait for long'],
      },
    ],
  },
  {
    id: 'gate-before-promotion',
    promise: 'G2',
    what: 'a run that fails its gate ends as refused',
    file: `${rebuild}/run/run-steps.ts`,
    text: "      if (!(result as Extract<StepResult, { result: 'judged' }>).passed) return ended('refused');\n",
    without: '',
    specs: [
      {
        file: `${rebuild}/run/run-steps.unit.spec.ts`,
        titles: ['never reaches promotion without the gate having passed'],
      },
    ],
  },
  {
    id: 'gate-compares-contents',
    promise: 'G2',
    what: "the gate compares the fold's digest with the store's",
    file: `${rebuild}/gate/gate.ts`,
    text: '      passed: expectedDigest === actualDigest,',
    without: '      passed: true,',
    specs: [
      {
        file: `${rebuild}/gate/gate.unit.spec.ts`,
        titles: ['refuses one changed document although every count is right'],
      },
    ],
  },
  {
    id: 'gate-counts-documents',
    promise: 'G2',
    what: 'the gate compares the numbers of documents',
    file: `${rebuild}/gate/gate.ts`,
    text: 'actual: String(actual), passed: expected === actual };',
    without: 'actual: String(actual), passed: true };',
    specs: [
      {
        file: `${rebuild}/gate/gate.unit.spec.ts`,
        titles: ['refuses a missing and an extra document', 'refuses a snapshot of the event store'],
      },
    ],
  },
  {
    id: 'one-live-generation',
    promise: 'G2',
    what: 'a cutover leaves the previous generation on standby',
    file: `${indices}/registry/generations.ts`,
    text: "WHERE projection = $1 AND state = 'LIVE' AND uuid <> $2`",
    without: "WHERE projection = $1 AND state = 'LIVE' AND uuid = $2 AND uuid <> $2`",
    specs: [
      {
        file: `${indices}/registry/generations.int.spec.ts`,
        titles: ['are LIVE one at a time', 'end with one LIVE'],
      },
    ],
  },
  {
    id: 'what-readers-use-is-not-dropped',
    promise: 'G2',
    what: 'the store deletes no index that readers are on',
    file: `${elasticsearch}/generation-store.ts`,
    text: '      if (serves) {',
    without: '      if (serves && name.length === 0) {',
    specs: [{ file: elasticsearchContract, titles: ['the generation that readers use is not dropped'] }],
  },
  {
    id: 'what-is-read-is-not-pruned',
    promise: 'G2',
    what: 'prune keeps what readers are on, even if the registry does not know that',
    file: `${rebuild}/prune/prune.ts`,
    text: '  const deleted = ripe.filter(({ generation }) => !readBy.has(generation.name));',
    without: '  const deleted = ripe;',
    specs: [
      {
        file: `${rebuild}/prune/prune.int.spec.ts`,
        titles: ['leaves out what is read although the registry has not heard of it'],
      },
    ],
  },
  {
    id: 'only-ones-own-is-dropped',
    promise: 'G2',
    what: "an index is deleted only if it is this registry's own generation",
    file: `${indices}/generation/drop-own.ts`,
    text: '  if ((await store.meta(name))?.uuid === uuid) await store.drop(name);',
    without: '  if ((await store.meta(name))?.uuid !== `not ${uuid}`) await store.drop(name);',
    specs: [{ file: `${indices}/generation/drop-own.unit.spec.ts`, titles: ['under its name deletes'] }],
  },
  {
    id: 'last-copy-is-not-pruned',
    promise: 'G2',
    what: 'prune keeps every complete generation unless readers are proven to be on one',
    file: `${rebuild}/prune/prune-decision.ts`,
    text: '  return { going: due.filter((one) => !isComplete(one)), kept: due.filter(isComplete), danger };',
    without: '  return { going: due, kept: due.filter(isComplete), danger };',
    specs: [
      {
        file: `${rebuild}/prune/prune-sequences.unit.spec.ts`,
        titles: ['no sequence of verbs and accidents lets a verb take the last complete copy'],
      },
    ],
  },
  {
    id: 'caught-up-from-its-own-topic',
    promise: 'G7',
    what: 'a generation is caught up only from the topic it was built from',
    file: `${rebuild}/cutover/catch-up.ts`,
    text: '    if (topic.id !== generation.topicId)\n',
    without: "    if (topic.id === '')\n",
    specs: [
      {
        file: `${rebuild}/rebuild/one-log-one-alias.int.spec.ts`,
        titles: ['is not caught up from by what the earlier one built'],
      },
    ],
  },
  {
    id: 'promoted-from-its-own-topic',
    promise: 'G7',
    what: 'a generation is promoted by name only if it was built from the current topic',
    file: `${rebuild}/cutover/promote-by-name.ts`,
    text: '  if (id === topicId) return;\n',
    without: '  if (id !== name) return;\n',
    specs: [
      {
        file: `${rebuild}/cutover/promote-by-name.int.spec.ts`,
        titles: ['refuses one built from a topic that was deleted'],
      },
    ],
  },
  {
    id: 'refresh-before-the-switch',
    promise: 'G7',
    what: 'events fed during catch-up are visible when readers arrive',
    file: `${rebuild}/cutover/promote.ts`,
    text: '  await store.refresh(generation.name);\n',
    without: '',
    specs: [{ file: promoteSpec, titles: ['comes after a refresh'] }],
  },
  {
    id: 'caught-up-before-the-switch',
    promise: 'G7',
    what: "a generation is brought to the live one's position before readers are moved to it",
    file: `${rebuild}/cutover/promote.ts`,
    text: '  if (live && input.catchUp) await meet(input, live, input.catchUp);\n',
    without: '',
    specs: [
      {
        file: promoteSpec,
        titles: ['is in the generation they are moved to', 'is refused when a consumer that should'],
      },
    ],
  },
  {
    id: 'caught-up-to-the-end',
    promise: 'G7',
    what: 'it is also brought to the end of the log once no consumer feeds only the live one, whose documents may be ahead of its positions',
    file: `${rebuild}/cutover/promote.ts`,
    text: "      await catchUp(generation, 'end', signal);\n",
    without: '',
    specs: [{ file: promoteSpec, titles: ['is in the generation they are moved to'] }],
  },
  {
    id: 'fed-by-every-consumer',
    promise: 'G7',
    what: 'readers are not moved while a consumer feeds the live generation but not the new one',
    file: `${rebuild}/cutover/promote.ts`,
    text: '    if (partitionsOf(live.uuid).some((partition) => !own.has(partition))) missing.push(feederId);\n',
    without: '',
    specs: [{ file: promoteSpec, titles: ['is refused when a consumer that should'] }],
  },
  {
    id: 'back-only-once',
    promise: 'G7',
    what: 'a repeated rollback does not return readers to the generation they left',
    file: `${rebuild}/cutover/roll-back.ts`,
    text: 'else if (again || to !== undefined || !isLater(generation, current)) return generation;',
    without: 'else if (crossing === undefined) return generation;',
    specs: [{ file: `${rebuild}/cutover/roll-back.int.spec.ts`, titles: ['is gone once'] }],
  },
];

import type { Guard } from '../guard.ts';

const rebuild = 'libs/read_model/rebuild/src';
const binding = 'libs/read_model/indices/src/binding';
const feed = 'libs/read_model/feed/src';
const oneLog = `${rebuild}/rebuild/one-log-one-alias.int.spec.ts`;
const assertBoundSpec = `${feed}/feed/assert-bound.int.spec.ts`;

/** What keeps a registry to one event log and one set of readers. */
export const bindingGuards: readonly Guard[] = [
  {
    id: 'rebuild-of-its-own-registry',
    promise: 'G7',
    what: 'a rebuild works only with a registry that belongs to its log and readers',
    file: `${rebuild}/rebuild/rebuild.ts`,
    text: '  await assertBound({\n',
    without: '  if (options.shard?.index === -1) await assertBound({\n',
    specs: [{ file: oneLog, titles: ['is neither read nor written'] }],
  },
  {
    id: 'commands-on-their-own-registry',
    promise: 'G7',
    what: 'all other verbs work only with such a registry',
    file: 'libs/cli/src/servers/open-servers.ts',
    text: '    await servers.assertBound(projections, changes, (reason) =>\n',
    without: '    await servers.assertBound([], changes, (reason) =>\n',
    specs: [{ file: 'libs/cli/src/bound-registry.int.spec.ts', titles: ['is refused with 1 before'] }],
  },
  {
    id: 'consumer-of-its-own-registry',
    promise: 'G7',
    what: 'the consumer works only with such a registry',
    file: 'libs/read_model/servers/src/context-servers.ts',
    text: '      models: projections.map((projection) => {\n',
    without: '      models: projections.slice(0, 0).map((projection) => {\n',
    specs: [
      { file: 'apps/projection-consumer/src/starting.e2e.spec.ts', titles: ['ends with 1, names both'] },
    ],
  },
  {
    id: 'cluster-is-compared',
    promise: 'G7',
    what: 'a topic of the same name on another Kafka cluster is another log',
    file: `${binding}/binding.ts`,
    text: 'own.clusterId !== clusterId)\n',
    without: 'false)\n',
    specs: [{ file: assertBoundSpec, titles: ['refuses another topic, another alias and another cluster'] }],
  },
  {
    id: 'cluster-of-the-very-topic',
    promise: 'G7',
    what: 'a cluster is recorded for a registry with generations only if it has the topic they were built from',
    file: `${feed}/feed/assert-bound.ts`,
    text: 'clusterId: isItsCluster ? identity?.clusterId : undefined',
    without: 'clusterId: isItsCluster ? identity?.clusterId : identity?.clusterId',
    specs: [{ file: assertBoundSpec, titles: ['is bound to no cluster that holds another topic'] }],
  },
  {
    id: 'bound-to-what-was-seen',
    promise: 'G7',
    what: 'no registry is bound to a topic that has not been seen',
    file: `${feed}/feed/assert-bound.ts`,
    text: 'found: input.record && identity?.topicId !== undefined ? found : [] };\n',
    without: 'found: input.record ? found : [] };\n',
    specs: [{ file: assertBoundSpec, titles: ['is bound to no topic that nobody has seen'] }],
  },
  {
    id: 'no-way-back-to-another-log',
    promise: 'G7',
    what: "a rollback goes only to a generation of the readers' current log",
    file: `${rebuild}/cutover/roll-back.ts`,
    text: '  if (topicId !== log)\n',
    without: "  if (log === '')\n",
    specs: [{ file: oneLog, titles: ['leads no way back to another log under the same alias'] }],
  },
  {
    id: 'no-way-back-to-other-readers',
    promise: 'G7',
    what: 'a rollback goes only to a generation that was never promoted for other readers',
    file: `${rebuild}/cutover/roll-back.ts`,
    text: 'if (servedThrough === undefined || servedThrough === store.readers) return undefined;',
    without: 'if (servedThrough !== name) return undefined;',
    specs: [{ file: oneLog, titles: ['leads no way back to what served others'] }],
  },
  {
    id: 'no-way-back-for-readers-of-another-registry',
    promise: 'G7',
    what: "readers on another registry's generation stay there",
    file: `${rebuild}/cutover/roll-back.ts`,
    text: 'if (live !== undefined && !current) throw',
    without: 'if (live === undefined && current) throw',
    specs: [{ file: oneLog, titles: ['is not rolled back by readers'] }],
  },
  {
    id: 'what-is-read-is-not-retired',
    promise: 'G7',
    what: 'a cutover does not retire a generation that any alias or view reads',
    file: `${rebuild}/cutover/retire-older.ts`,
    text: ' || readBy.has(name)',
    without: '',
    specs: [{ file: oneLog, titles: ['leads no way back to what served others'] }],
  },
  {
    id: 'replayed-from-its-own-topic',
    promise: 'G7',
    what: 'a part of the log is applied only to a generation built from the same topic',
    file: `${rebuild}/partial-replay/replay-onto-live.ts`,
    text: '  if (topic.id !== live.topicId) throw ofEarlierTopic(live, topic);\n',
    without: '',
    specs: [{ file: oneLog, titles: ['has no part that belongs in what is live'] }],
  },
  {
    id: 'adopted-from-its-own-topic',
    promise: 'G7',
    what: 'readers get a first generation only while its topic is the current one',
    file: `${feed}/feed/first-generation.ts`,
    text: '  if (only.topicId !== topic.id) return false;\n',
    without: '',
    specs: [
      {
        file: `${feed}/feed/feeding-servers.int.spec.ts`,
        titles: [
          'is made once, also after a process died',
          'is given to readers when it was fed up to the end',
        ],
      },
    ],
  },
];

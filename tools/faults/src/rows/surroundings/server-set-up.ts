import type { Row } from '../../row.ts';

const templates = 'libs/read_model/rebuild/src/rebuild/templates.int.spec.ts';
const creation = 'libs/read_model/elasticsearch/src/creation/create-index.int.spec.ts';
const blocks = 'libs/read_model/elasticsearch/src/servers/blocks.int.spec.ts';
const alias = 'libs/read_model/elasticsearch/src/creation/alias-set-up.int.spec.ts';

/** What operators do to Elasticsearch beside the project: templates, aliases, allocation, blocks and limits. */
export const serverSetUpRows: readonly Row[] = [
  {
    id: 'B30',
    title: 'Index templates change the new index',
    inject: 'templates with an alias, _source off, pipelines, fields, sort order, analysis',
    expect: 'exit 1, the template named, no index left, readers unmoved',
    invariants: ['I5', 'I6', 'I12'],
    kind: 'spec',
    specs: [
      {
        file: templates,
        titles: ['ends with 1 where one would change the index', 'writes through no pipeline'],
      },
      { file: creation, titles: ['with _source off is deleted again', 'never gets an alias'] },
    ],
  },
  {
    id: 'B30b',
    title: 'No node takes the new index',
    inject: 'an allocation rule that no node fits; unfinished generations with it',
    expect: 'exit 4, the rule named; the next run and prune delete what was never built',
    invariants: ['I6', 'I12', 'I13'],
    kind: 'spec',
    specs: [
      {
        file: templates,
        titles: [
          'ends with 4 where no node may take',
          'stops no run, and the next',
          'is deleted by prune whatever',
        ],
      },
    ],
  },
  {
    id: 'B31',
    title: 'The readers’ alias has a filter or a routing',
    inject: 'a filter, a routing and write access put on the alias by hand',
    expect: 'the filter goes along, the routing is refused with the call that takes it off',
    invariants: ['I6', 'I12'],
    kind: 'spec',
    specs: [
      { file: alias, titles: ['keeps its filter', 'is not moved with a routing', 'does not take writes'] },
    ],
  },
  {
    id: 'B32',
    title: 'Elasticsearch is blocked, closed or full of shards',
    inject: 'every block of index and cluster, a closed index, max_shards_per_node, a red index of others',
    expect: 'exit 4, each by its own name and remedy; red because of others stops nothing',
    invariants: ['I12'],
    kind: 'spec',
    specs: [
      {
        file: blocks,
        titles: [
          'a block on an index is reported',
          'ends a creation with',
          'because of another index does not',
        ],
      },
    ],
  },
  {
    id: 'B33',
    title: 'The store refuses documents',
    inject: 'a mapping that most documents do not fit',
    expect: 'exit 2; the first ids and reasons in receipt, message and registry',
    invariants: ['I5', 'I12'],
    kind: 'spec',
    specs: [
      {
        file: 'libs/read_model/rebuild/src/rebuild/refused-documents.int.spec.ts',
        titles: ['names the first documents that the store refuses'],
      },
    ],
  },
];

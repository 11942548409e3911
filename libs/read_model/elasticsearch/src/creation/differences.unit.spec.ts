import fc from 'fast-check';
import { differencesOf, lacksAsked, type IndexDefinition } from './differences.ts';

const asked = {
  aliases: { x_write: { is_write_index: true } },
  mappings: {
    dynamic: 'strict',
    _meta: { uuid: 'u' },
    properties: {
      title: { type: 'text', analyzer: 'folded', fields: { sort: { type: 'keyword', ignore_above: 1024 } } },
      place: { type: 'object', properties: { city: { type: 'keyword', index: true } } },
    },
  },
  settings: {
    number_of_shards: 1,
    refresh_interval: '-1',
    hidden: false,
    analysis: { analyzer: { folded: { tokenizer: 'standard', filter: ['lowercase'] } } },
  },
} as unknown as IndexDefinition;

/** The same as the server says it: settings dotted and as text, what goes without saying left out. */
const answered = {
  aliases: { x_write: { is_write_index: true } },
  mappings: {
    dynamic: 'strict',
    _meta: { uuid: 'u' },
    properties: {
      title: { type: 'text', analyzer: 'folded', fields: { sort: { type: 'keyword', ignore_above: 1024 } } },
      place: { properties: { city: { type: 'keyword' } } },
    },
  },
  settings: {
    'index.number_of_shards': '1',
    'index.refresh_interval': '-1',
    'index.hidden': 'false',
    'index.analysis.analyzer.folded.tokenizer': 'standard',
    'index.analysis.analyzer.folded.filter': ['lowercase'],
    'index.uuid': 'abc',
    'index.version.created': '9',
    'index.routing.allocation.include._tier_preference': 'data_content',
  },
} as unknown as IndexDefinition;
const defaults = new Map([['place.city', new Map([['["index"]', 'true']])]]);

const withSetting = (name: string, value: unknown): IndexDefinition => ({
  ...answered,
  settings: { ...answered.settings, [name]: value } as NonNullable<IndexDefinition['settings']>,
});
const withMapping = (change: object): IndexDefinition => ({
  ...answered,
  mappings: { ...answered.mappings, ...change } as NonNullable<IndexDefinition['mappings']>,
});

describe('the differences between an index and what was asked for', () => {
  it('are none where the server only says it in its own way', () => {
    expect(lacksAsked(asked, answered)).toBe(true);
    expect(differencesOf(asked, answered, { defaults })).toEqual([]);
  });

  it('name what was asked for and is neither there nor the server’s default', () => {
    expect(differencesOf(asked, answered)).toEqual([
      'mapping properties.place.properties.city.index is not set, not true',
    ]);
    const other = new Map([['place.city', new Map([['["index"]', 'false']])]]);
    expect(differencesOf(asked, answered, { defaults: other })).toEqual([
      'mapping properties.place.properties.city.index is false, not true',
    ]);
  });

  it('name every setting that nobody asked for and that is not known to be harmless', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{3,12}(\.[a-z]{3,12}){0,2}$/), (name) => {
        fc.pre(!['priority', 'codec', 'hidden', 'uuid'].includes(name));
        expect(differencesOf(asked, withSetting(`index.${name}`, 'x'), { defaults })).toEqual([
          `setting index.${name} is "x"`,
        ]);
      }),
    );
  });

  it('name another value of what was asked for, in settings, mapping and aliases', () => {
    expect(
      differencesOf(asked, withSetting('index.analysis.analyzer.folded.filter', []), { defaults }),
    ).toEqual(['setting index.analysis.analyzer.folded.filter is [], not ["lowercase"]']);
    expect(differencesOf(asked, withMapping({ dynamic: 'false' }), { defaults })).toEqual([
      'mapping dynamic is "false", not "strict"',
    ]);
    const aliases = { x_write: {}, stranger: {} };
    expect(differencesOf(asked, { ...answered, aliases }, { defaults })).toEqual([
      'the alias stranger is on it',
      'the alias x_write is {}',
    ]);
    expect(differencesOf(asked, { ...answered, aliases: {} }, { defaults })).toEqual([
      'the alias x_write is missing',
    ]);
  });

  it('leave a field called like a part of a mapping what it is', () => {
    const odd = { mappings: { properties: { properties: { type: 'long' }, fields: { type: 'keyword' } } } };
    expect(differencesOf(odd as IndexDefinition, odd as IndexDefinition)).toEqual([]);
    const other = {
      mappings: { properties: { properties: { type: 'long' }, __proto__x: { type: 'keyword' } } },
    };
    expect(differencesOf(odd as IndexDefinition, other as IndexDefinition)).toHaveLength(2);
  });

  it('do not count what a build’s end changes, the readers’ alias, or settings of an earlier release, once it may serve', () => {
    const serving = {
      ...withSetting('index.refresh_interval', '1s'),
      aliases: { ...answered.aliases, readers: {} },
    };
    delete (serving.settings as Record<string, unknown>)['index.hidden'];
    const how = { defaults, mayServe: true };
    expect(differencesOf(asked, serving, { ...how, allowedAliases: ['readers'] })).toEqual([]);
    expect(differencesOf(asked, serving, how)).toEqual(['the alias readers is on it']);
    expect(differencesOf(asked, withSetting('index.final_pipeline', 'x'), how)).toEqual([
      'setting index.final_pipeline is "x"',
    ]);
  });
});

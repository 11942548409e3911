import { defineEvents, defineProjection, defineReprise, ignored, put, createReprise } from './index.ts';

const events = defineEvents({ aggregates: { chat: { 'chat.opened': { data: ignored } } } });
const chats = defineProjection(events, {
  ...{ name: 'chats', version: 1, aggregate: 'chat' },
  storage: {
    ...{ kind: 'postgres', schemaVersion: 1, indexes: [], view: 'SELECT title FROM {table}' },
    columns: [{ field: 'title', type: 'text' }],
  },
  on: { 'chat.opened': () => put({ title: 'a chat' }) },
});
const definition = defineReprise({ contexts: [{ name: 'office', events, projections: [chats] }] });

describe('what works with a definition', () => {
  it('takes names of its projections only, and nothing else reaches a server', async () => {
    const reprise = createReprise(definition, { env: {} });
    // @ts-expect-error the definition has no such projection
    await expect(reprise.plan('tasks')).rejects.toMatchObject({
      ...{ code: 'USAGE', message: expect.stringContaining('The definition has chats.') },
    });
    await reprise.close();
  });

  it('is refused with everything that is wrong with the definition', () => {
    // @ts-expect-error a member that no context has
    const misspelt = defineReprise({ contexts: [{ name: 'Office', events, projections: [], outbx: true }] });
    expect(() => createReprise(misspelt)).toThrow(/outbx[^]*lower-case words/);
  });

  it('asks for every server it lacks at once, and for none that nothing is stored in', async () => {
    const reprise = createReprise(definition, { env: {} });
    const refused = await reprise.rebuild('chats').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'CONFIGURATION' });
    const { problems } = refused as { readonly problems: readonly string[] };
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'KAFKA_BROKERS',
      'READ_MODEL_DATABASE_URL',
    ]);
  });
});

import { tryProjection } from '@reprise/testing';
import { chatSearch } from './chat-search.ts';

const opened = { type: 'chat.opened.v2', aggregateId: 'c-1', data: { title: 'Help' } };
const posted = { type: 'chat.message-posted.v1', aggregateId: 'c-1' };
const closed = { type: 'chat.closed.v1', aggregateId: 'c-1' };

describe('the search of chats', () => {
  it('counts messages', async () => {
    const { documents } = await tryProjection(chatSearch, [opened, posted, posted]);
    expect(documents.get('c-1')).toEqual({ title: 'Help', messages: 2 });
  });

  it('forgets a chat that was closed, whatever comes later', async () => {
    const { documents, kept, poison } = await tryProjection(chatSearch, [opened, closed, posted]);
    expect(documents.size).toBe(0);
    expect(kept.get('c-1')).toMatchObject({ version: 2, tombstone: 'ended' });
    expect(poison).toMatchObject([{ index: 2, reason: 'not-applicable' }]);
  });

  it('waits for a message that is missing', async () => {
    const { documents, held } = await tryProjection(chatSearch, [
      opened,
      { ...posted, version: 3 },
      { ...posted, version: 4 },
    ]);
    expect(documents.get('c-1')).toMatchObject({ messages: 0 });
    expect(held).toEqual([{ aggregateId: 'c-1', expected: 2, versions: [3, 4] }]);
  });

  it('reads chats of the time before they had a title', async () => {
    const before = { ...opened, type: 'chat.opened.v1', data: { subject: 'Help' } };
    const { documents } = await tryProjection(chatSearch, [before]);
    expect(documents.get('c-1')).toMatchObject({ title: 'Help' });
  });

  it('takes no chat without a title, and no record that is no event', async () => {
    const { poison } = await tryProjection(chatSearch, [
      { ...opened, data: {} },
      { key: 'c-2', value: 'no JSON' },
    ]);
    expect(poison).toMatchObject([
      { index: 0, reason: 'schema-violated', message: expect.stringContaining('/data') as string },
      { index: 1, reason: 'not-json' },
    ]);
  });
});

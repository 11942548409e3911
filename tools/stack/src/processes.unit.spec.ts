import { matches } from './processes.ts';

const identity = { program: 'postgres', marker: '-D /work/.stack/postgres/data' };

describe('matches', () => {
  it('knows the server by its program and its data folder', () => {
    const text = '/node_modules/native/bin/postgres -D /work/.stack/postgres/data -c port=5432';
    expect(matches({ program: 'postgres', text }, identity)).toBe(true);
    expect(matches({ program: 'postgres', text: 'postgres -D /work/.stack/postgres/data' }, identity)).toBe(
      true,
    );
  });

  it('does not take a recycled pid for the server', () => {
    expect(matches({ program: 'java', text: 'java -cp /x kafka.Kafka server.properties' }, identity)).toBe(
      false,
    );
  });

  it('does not take the server of another instance for this one', () => {
    const text = 'postgres -D /work/.stack/postgres/data2 -c port=5433';
    expect(matches({ program: 'postgres', text }, identity)).toBe(false);
  });

  it('does not take a program that only mentions the server for it', () => {
    const text = 'grep postgres -D /work/.stack/postgres/data ';
    expect(matches({ program: 'grep', text }, identity)).toBe(false);
  });

  it('counts a process that is gone, or a zombie, as not running', () => {
    expect(matches(undefined, identity)).toBe(false);
  });
});

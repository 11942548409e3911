import { formatCommand } from './kafka-format.ts';

describe('the words that format a data folder of Kafka', () => {
  it('keep an id that begins like an option with its option', () => {
    expect(formatCommand('/p', '-AAAAAAAAAAAAAAAAAAAAA')).toContain('--cluster-id=-AAAAAAAAAAAAAAAAAAAAA');
  });

  it('have another id each time, of 16 bytes', () => {
    const ids = Array.from({ length: 10 }, () => formatCommand('/p')[2]!.replace('--cluster-id=', ''));
    expect(new Set(ids).size).toBe(10);
    for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(16);
  });
});

import { readableLogLine } from './log-line.ts';

describe('readableLogLine', () => {
  it.each([
    ['{"level":30,"time":1,"pid":2,"hostname":"h","msg":"listening","port":3000}', 'listening port=3000'],
    ['{"level":40,"msg":"slow","ms":12,"where":{"a":1}}', 'WARN slow ms=12 where={"a":1}'],
    ['{"level":50,"msg":"failed","err":{"message":"no"}}', 'ERROR failed: no'],
    [
      '{"level":60,"msg":"gone","err":{"message":"no","stack":"Error: no\\n    at x"}}',
      'FATAL gone\nError: no\n    at x',
    ],
    ['{"level":"warn","msg":"by name"}', 'WARN by name'],
    ['plain text', 'plain text'],
    ['{"no":"message"}', '{"no":"message"}'],
    ['{broken', '{broken'],
    ['', ''],
  ])('%s', (line, readable) => expect(readableLogLine(line)).toBe(readable));
});

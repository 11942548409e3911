import { redact } from './redaction.ts';

const secret = 'hunter2-and-some-more-characters';

describe('redaction', () => {
  it.each([
    `cannot reach postgres://reprise:${secret}@db:5432/x and https://:${secret}@h`,
    JSON.stringify({ req: { headers: { authorization: `Bearer ${secret}`, cookie: `a=${secret}` } } }),
    JSON.stringify({ deep: { list: [{ 'set-cookie': [`a=${secret}`, `b=${secret}`] }] } }),
    JSON.stringify({ password: `quote " and ${secret}`, KAFKA_SASL_PASSWORD: secret, apiKey: secret }),
    JSON.stringify({ ELASTICSEARCH_API_KEY: secret, 'x-api-key': secret, clientSecret: secret }),
    `request failed with Authorization: ApiKey ${secret}`,
  ])('takes the secret out of %s', (text) => {
    const redacted = redact(text);
    expect(redacted).not.toContain('hunter2');
    expect(redacted).toContain('[redacted]');
  });

  it('leaves JSON parseable and everything else as it was', () => {
    const line = { password: 'a"b', other: 'kept', tags: ['x'], url: 'http://host/path?mail=a@b', n: 1 };
    expect(JSON.parse(redact(JSON.stringify(line)))).toEqual({ ...line, password: '[redacted]' });
  });
});

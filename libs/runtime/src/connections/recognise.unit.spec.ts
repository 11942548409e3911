import { recognise } from './recognise.ts';

const error = (members: object, message = 'failed'): Error => Object.assign(new Error(message), members);

/** As @platformatic/kafka nests what it met at one of its brokers. */
const afterSixTries = (cause: Error): Error =>
  Object.assign(
    new AggregateError(
      [
        new AggregateError(
          [error({ code: 'PLT_KFK_NETWORK', cause }, 'Connection to kafka-1:9092 failed.')],
          'Cannot connect to any broker.',
        ),
      ],
      'metadata failed 6 times.',
    ),
    { code: 'PLT_KFK_MULTIPLE' },
  );

const saslFailed = error(
  {
    code: 'PLT_KFK_PROTOCOL',
    apiId: 'SASL_AUTHENTICATION_FAILED',
    serverErrorMessage: 'invalid credentials',
  },
  'SASL authentication failed.',
);
const elastic = (statusCode: number, reason: string): Error =>
  error(
    { name: 'ResponseError', statusCode, body: { error: { type: 'security_exception', reason } } },
    `security_exception: ${reason}`,
  );
const elasticConnection = (message: string): Error => error({ name: 'ConnectionError' }, message);
const postgres = (code: string, message: string): Error => error({ name: 'error', code }, message);

describe('a fault of a connection', () => {
  it.each([
    ['wrong-credentials', afterSixTries(error({ code: 'PLT_KFK_AUTHENTICATION', cause: saslFailed }))],
    [
      'wrong-credentials',
      error({ name: 'KafkaJSSASLAuthenticationError' }, 'SASL PLAIN authentication failed'),
    ],
    ['wrong-credentials', elastic(401, 'unable to authenticate user [builder]')],
    ['wrong-credentials', postgres('28P01', 'password authentication failed for user "reprise_read"')],
    ['no-credentials', elastic(401, 'missing authentication credentials for REST request [/]')],
    ['no-credentials', error({}, 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string')],
    ['wrong-mechanism', error({ type: 'UNSUPPORTED_SASL_MECHANISM' })],
    ['login-not-taken', afterSixTries(error({ apiId: 'ILLEGAL_SASL_STATE' }, 'Request is not valid'))],
    ['expired', afterSixTries(error({ code: 'CERT_HAS_EXPIRED' }, 'certificate has expired'))],
    ['expired', elasticConnection('certificate has expired')],
    [
      'wrong-host',
      elasticConnection("Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in"),
    ],
    [
      'wrong-host',
      error({ name: 'KafkaJSConnectionError', code: 'ERR_TLS_CERT_ALTNAME_INVALID', broker: 'a:1' }),
    ],
    ['unknown-authority', error({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'self-signed certificate in chain')],
    ['unknown-authority', elasticConnection('unable to verify the first certificate')],
    ['tls-not-spoken', error({}, 'The server does not support SSL connections')],
    [
      'tls-not-spoken',
      elasticConnection(
        '40DD41C3927F0000:error:0A00010B:SSL routines:x:wrong version number:../deps/openssl/a.c:77:',
      ),
    ],
    [
      'tls-required',
      postgres('28000', 'no pg_hba.conf entry for host "10.0.0.1", user "u", database "d", no encryption'),
    ],
    ['tls-required', error({ code: 'PLT_KFK_USER' }, 'Broker requires TLS.')],
    [
      'tls-failed',
      error({ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' }, 'tlsv13 alert certificate required'),
    ],
    ['no-rights', error({ type: 'TOPIC_AUTHORIZATION_FAILED' })],
    ['no-rights', elastic(403, 'action [cluster:monitor/health] is unauthorized')],
    ['no-rights', postgres('42501', 'permission denied for table products')],
    ['no-database', postgres('3D000', 'database "nodb" does not exist')],
    ['unknown-host', elasticConnection('getaddrinfo ENOTFOUND nowhere.invalid')],
    [
      'refused',
      error({ code: 'ECONNREFUSED', address: '127.0.0.1', port: 1 }, 'connect ECONNREFUSED 127.0.0.1:1'),
    ],
    ['busy', postgres('57P03', 'the database system is starting up')],
    ['busy', elastic(503, 'no master')],
    ['silent', error({ name: 'TimeoutError' }, 'Request timed out')],
    ['silent', error({}, 'timeout exceeded when trying to connect')],
    ['broken', error({ name: 'KafkaJSConnectionClosedError', broker: 'kafka-1:9092' }, 'Closed connection')],
    ['broken', error({ code: 'ECONNRESET' }, 'read ECONNRESET')],
    ['broken', elasticConnection('read ECONNRESET')],
    ['broken', elasticConnection('something new')],
    ['silent', elasticConnection('connect ETIMEDOUT 10.0.0.1:9200')],
  ])('is recognised as %s', (name, fault) => {
    expect(recognise(fault)?.name).toBe(name);
  });

  it('is reported by its innermost words and the server they came from', () => {
    const fault = afterSixTries(error({ code: 'PLT_KFK_AUTHENTICATION', cause: saslFailed }));
    expect(recognise(fault)).toEqual({
      name: 'wrong-credentials',
      detail: 'invalid credentials',
      server: 'kafka-1:9092',
    });
  });

  it('is the one that somebody has to do something about, when several servers fail', () => {
    const away = error({ code: 'ECONNREFUSED', address: '10.0.0.1', port: 9092 });
    expect(recognise(new AggregateError([away, saslFailed, away]))?.name).toBe('wrong-credentials');
  });

  it('is not seen in what a server answered about something else', () => {
    expect(
      recognise(postgres('23505', 'Key (title)=(certificate has expired, timed out) exists')),
    ).toBeUndefined();
    expect(recognise(error({ name: 'ResponseError', statusCode: 404 }, 'timeout'))).toBeUndefined();
    expect(recognise(error({ name: 'FastifyError', statusCode: 401 }))).toBeUndefined();
    expect(recognise(new TypeError('undefined is not a function'))).toBeUndefined();
    expect(recognise('ECONNREFUSED')).toBeUndefined();
  });

  it('is found at the end of causes that go round in a circle', () => {
    const outer = error({ cause: error({ code: '3D000' }) });
    Object.assign(outer.cause as Error, { cause: outer });
    expect(recognise(outer)?.name).toBe('no-database');
  });

  it('is reported in the same words whichever client met it', () => {
    const thrown = 'SASL SCRAM SHA512 authentication failed: invalid credentials';
    const ofOther = error({ name: 'KafkaJSSASLAuthenticationError' }, thrown);
    expect(recognise(ofOther)?.detail).toBe(recognise(saslFailed)?.detail);
  });

  it('is reported in one bounded line without control characters', () => {
    const detail = recognise(elastic(401, `a\u001B[31m${'x'.repeat(1_000)}`))?.detail ?? '';
    expect(detail).toMatch(/^a \[31mx+$/);
    expect(detail.length).toBeLessThanOrEqual(400);
  });
});

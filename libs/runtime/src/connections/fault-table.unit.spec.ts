import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectionFault, databaseTarget, kafkaTarget } from './connection-fault.ts';
import { connectionFaults } from './fault-table.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/reference/connections.md'), 'utf8');

/** Every fault of the page: its name, words, exit code and remedy. */
const documented = [...page.matchAll(/^- `([a-z-]+)`, exit code (\d): “(.+?)”\. (.+)$/gm)].map(
  ([, name, exitCode, words, remedy]) => ({ name, words, exitCode, remedy }),
);

describe('the table of connection faults', () => {
  it('is the one in the documentation', () => {
    expect(documented).toEqual(
      Object.entries(connectionFaults).map(([name, { words, exitCode, remedy }]) => ({
        name,
        words,
        exitCode: String(exitCode),
        remedy: remedy.replace(/\{(\w+)\}/g, '_$1_'),
      })),
    );
  });
});

describe('the message of a connection fault', () => {
  const refusedLogin = Object.assign(new Error('password authentication failed for user "reprise_read"'), {
    code: '28P01',
  });

  it('names the server, the cause, what was not changed and the setting', () => {
    const target = databaseTarget(
      'postgres://reprise_read:s3cret@db:6432/reprise_read',
      'READ_MODEL_DATABASE_URL',
    );
    expect(connectionFault(refusedLogin, target)).toEqual({
      name: 'wrong-credentials',
      message:
        'Postgres at db:6432/reprise_read refuses the login: wrong user, password or key (password authentication failed for user ' +
        '"reprise_read"). Nothing was changed. Check user and password in READ_MODEL_DATABASE_URL.',
      exitCode: 1,
      passes: false,
    });
  });

  it('names every broker when the fault does not say which one it was', () => {
    const target = kafkaTarget({ brokers: ['a:9092', 'b:9092'] });
    const fault = connectionFault(new Error('Request timed out'), target, 'Nothing was published.');
    expect(fault?.message).toMatch(
      /^Kafka at a:9092, b:9092 did not answer in time \(Request timed out\)\. Nothing was published\. /,
    );
    expect(fault?.passes).toBe(true);
  });

  it('holds no placeholder of the table, whatever the fault and the server', () => {
    const remedies = Object.values(connectionFaults).map(({ remedy }) => remedy);
    const known = /^(?:address|tls|authority|login|mechanism)$/;
    for (const [, name] of remedies.join(' ').matchAll(/\{(\w+)\}/g)) expect(name).toMatch(known);
  });
});

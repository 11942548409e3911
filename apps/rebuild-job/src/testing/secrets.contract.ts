import { elasticsearch, eventually, testCredential, type SpawnedApp } from '@reprise/test-kit';
import { planted, type WholeSystem } from './whole-system.ts';
import { failing, wrong } from './wrong-secrets.ts';
import { argumentsOfAll, filesBelow, outputsOf, tablesOf, type Written } from './written.ts';

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** Secrets that only requests carry. */
const sent = {
  'a key in a header': 'planted-bearer-5d0c11',
  'a password in a header': Buffer.from('somebody:planted-basic-9a4e').toString('base64'),
  'a token of nobody': `${base64url('{"alg":"ES256","kid":"x"}')}.${base64url('{"sub":"planted-token-c2"}')}.planted`,
  'a cookie': 'planted-cookie-e81f60',
  'a parameter': 'planted-parameter-4b77d9',
  'a key in a body': 'planted-login-0fd3a2',
};
/**
 * Searches everything that the processes of a system wrote for every secret they were given: logs, errors, answers, receipts, metrics,
 * spans, arguments of processes, `status --json`, tables and files.
 */
export function itKeepsSecrets(system: () => WholeSystem): void {
  it('stay out of everything that the processes write', async () => {
    const written: Record<string, string> = {};
    const made: Record<string, string> = {};
    const parts = [answersOf(system(), made), jobsOf(system()), failing(system())];
    for (const part of await Promise.all(parts)) Object.assign(written, part);
    Object.assign(written, outputsOf(system()), await tablesOf(system()), filesBelow(system().scratch));
    written['spans'] = JSON.stringify(system().receiver.spans);
    written['documents'] = JSON.stringify(
      await elasticsearch().search({ index: system().env['SEARCH_ALIAS']! }),
    );
    // Each of them wrote something, or the search proves nothing.
    expect(Object.entries(written).filter(([, text]) => text === '')).toEqual([]);
    expect(Object.keys(made)).toEqual(['a cookie of a session']);
    expect(found(written, { ...secretsOf(system()), ...made })).toEqual([]);
  });
}

function secretsOf({ env }: WholeSystem): Readonly<Record<string, string>> {
  const urls = Object.entries(env).filter(([name]) => name.endsWith('_URL'));
  const passwords = urls.map(([name, url]) => [name, decodeURIComponent(new URL(url).password)]);
  const key = testCredential.authorization.slice('Bearer rp_test_00000000000000aa_'.length);
  const own = planted.OTEL_EXPORTER_OTLP_HEADERS.split('=')[1]!;
  return {
    ...Object.fromEntries(passwords),
    ...{ 'a key that is accepted': key, OTEL_EXPORTER_OTLP_HEADERS: own },
    ...{
      ELASTICSEARCH_API_KEY: planted.ELASTICSEARCH_API_KEY,
      REPRISE_API_KEY: planted.REPRISE_API_KEY.slice(-64),
    },
    ...sent,
    ...wrong,
  };
}

function found(written: Written, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) => {
    if (secret.length < 12) throw new Error(`${name} is too short to be searched for`);
    return Object.entries(written)
      .filter(([, text]) => text.includes(secret))
      .map(
        ([where, text]) =>
          `${name} stands in ${where}: ${text.slice(Math.max(0, text.indexOf(secret) - 80)).slice(0, 200)}`,
      );
  });
}

const bad = [
  `Bearer ${sent['a key in a header']}`,
  `Basic ${sent['a password in a header']}`,
  `Bearer ${sent['a token of nobody']}`,
];

/** Headers and body of an answer. */
async function answerTo(url: string, authorization: string): Promise<string> {
  const answer = await fetch(url, {
    headers: { authorization, cookie: `reprise-console=${sent['a cookie']}` },
  });
  return `${JSON.stringify([...answer.headers])}${await answer.text()}`;
}

/** Asks every server what it answers to anybody, with good and with bad credentials. */
async function answersOf(system: WholeSystem, made: Record<string, string>): Promise<Written> {
  const search = system.start('search-api', {
    env: {
      ACCESS_JWKS_URL: `http://issuer:${wrong['a password in the address of an issuer']}@127.0.0.1:9/keys`,
      ...{ ACCESS_TOKEN_ISSUER: 'https://issuer.example', ACCESS_TOKEN_AUDIENCE: 'reprise' },
      ...{ ELASTICSEARCH_API_KEY: '', ELASTICSEARCH_USERNAME: 'reader' },
      ELASTICSEARCH_PASSWORD: wrong['a password of Elasticsearch'],
    },
  });
  const console = system.start('console', {
    env: {
      CONSOLE_REFRESH_MS: '250',
      ...{ CONSOLE_URL: 'http://127.0.0.1:9', CONSOLE_OIDC_ISSUER: 'http://127.0.0.1:9' },
      ...{
        CONSOLE_OIDC_CLIENT_ID: 'console',
        CONSOLE_OIDC_CLIENT_SECRET: wrong['a secret of a provider’s client'],
      },
    },
  });
  const written: Record<string, string> = {};
  const paths: [SpawnedApp, string, string[]][] = [
    [system.api, 'product-api', ['/openapi.json', '/v1/products/none', '/v1/nowhere']],
    [system.relay, 'outbox-relay', []],
    [system.consumer, 'projection-consumer', []],
    [search, 'search-api', ['/openapi.json', '/v1/search']],
    [
      console,
      'console',
      ['session', 'login', 'overview', 'runs', 'audit', 'configuration', 'actions', 'dead-letters'].map(
        (path) => `/ops/v1/${path}`,
      ),
    ],
  ];
  for (const [app, name, own] of paths) {
    const { origin } = await app.ready();
    const open = ['/health/ready', `/v1/search?api_key=${sent['a parameter']}`];
    for (const path of ['/metrics', '/health/checks', ...open, ...own])
      written[`${name} ${path}`] = await answerTo(origin + path, testCredential.authorization);
    for (const authorization of bad)
      written[`${name} ${authorization.slice(0, 12)}`] = await answerTo(`${origin}/metrics`, authorization);
  }
  const { origin } = await console.ready();
  for (const apiKey of [sent['a key in a body'], testCredential.authorization.slice('Bearer '.length)]) {
    const body = JSON.stringify({ apiKey });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${origin}/ops/v1/session`, { method: 'POST', headers, body });
    written[`login ${answer.status}`] = await answer.text();
    const [cookie] = answer.headers.getSetCookie();
    if (cookie !== undefined) made['a cookie of a session'] = cookie.split(/[=;]/)[1]!;
  }
  // An action is a process of the console: its arguments are everybody's to read while it runs.
  const started = await fetch(`${origin}/ops/v1/actions`, {
    method: 'POST',
    headers: { ...testCredential, 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'rebuild', projection: 'product_summary', options: {} }),
  });
  const { id } = (await started.json()) as { id: string };
  written['arguments of processes'] = argumentsOfAll();
  await eventually(async () => {
    const action = await fetch(`${origin}/ops/v1/actions/${id}`, { headers: testCredential });
    written['an action'] = await action.text();
    expect(JSON.parse(written['an action'])).toMatchObject({ endedAt: expect.any(String) });
  });
  expect(JSON.parse(written['an action'] ?? '')).toMatchObject({ state: 'done' });
  return written;
}

/** Runs the finite job as an operator does; its receipt and its tables are among what is searched. */
async function jobsOf(system: WholeSystem): Promise<Written> {
  const verbs = [
    ['status', '--json'],
    ['audit', '--json'],
    ['verify', '--projection', 'product_search', '--json'],
    ['rebuild', '--projection', 'category_summary'],
  ];
  const written = verbs.map(async (args) => {
    const job = system.start('rebuild-job', { args });
    const { code } = await job.exit();
    // What it ended with depends on what else runs; each of them has an answer.
    if (job.stdout() === '')
      throw new Error(`${args.join(' ')}: ${code} ${job.output.map(({ text }) => text).join(' ')}`);
    return [`rebuild-job ${args.join(' ')}`, job.stdout()] as const;
  });
  return Object.fromEntries(await Promise.all(written));
}

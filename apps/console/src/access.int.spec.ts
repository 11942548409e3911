import { eventually, itIsClosed, testCredential, testIssuer } from '@reprise/test-kit';
import type { Session } from './contract/index.ts';
import { consoleFixture, streamed, type ConsoleFixture } from './testing/console-fixture.ts';
import { roleKeys } from './testing/role-keys.ts';

let fixture: ConsoleFixture;
const apiKey = testCredential.authorization.slice('Bearer '.length);

beforeAll(async () => {
  fixture = await consoleFixture(0);
});

describe('the console', () =>
  itIsClosed(async () => {
    const issuer = await testIssuer();
    const { origin, routes } = await fixture.start(
      {},
      { tokens: issuer.settings, limits: { failedCredentials: 100_000 } },
    );
    return { name: 'console', issuer, origin, routes };
  }));

describe('a session', () => {
  it('is begun by nobody who tries keys out: so many are judged, and the next is refused', async () => {
    const { ask } = await fixture.start({}, { limits: { failedCredentials: 2 } });
    const tried = async (key: string) => {
      const body = JSON.stringify({ apiKey: key });
      return (await ask('/ops/v1/session', { method: 'POST', headers: {}, body })).status;
    };
    expect([await tried('a'), await tried('b'), await tried('c')]).toEqual([401, 401, 429]);
    // Who holds a good one is not locked out by them.
    expect(await tried(apiKey)).toBe(200);
  });

  it('begins with a key, is kept in a cookie that no script reads, and changes nothing without its token', async () => {
    const { ask } = await fixture.start();
    const nobody = await ask<Session>('/ops/v1/session', { headers: {} });
    expect(nobody.body).toMatchObject({ user: null, access: 'required', login: { apiKey: true } });
    const refused = await ask('/ops/v1/session', {
      method: 'POST',
      headers: {},
      body: JSON.stringify({ apiKey: 'x' }),
    });
    expect(refused.status).toBe(401);
    const begun = await ask<Session>('/ops/v1/session', {
      method: 'POST',
      headers: {},
      body: JSON.stringify({ apiKey }),
    });
    const set = begun.headers.get('set-cookie')!;
    expect(set).toMatch(/^reprise-console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const cookie = set.split(';')[0]!;
    const { csrfToken, role } = begun.body.user!;
    expect(role).toBe('admin');
    expect((await ask('/ops/v1/overview', { headers: { cookie } })).status).toBe(200);
    const preview = (headers: Record<string, string>) =>
      ask('/ops/v1/actions/preview', {
        ...{ method: 'POST', headers: { cookie, ...headers } },
        body: JSON.stringify({ action: 'plan', projection: 'product_search', options: {} }),
      });
    expect((await preview({})).status).toBe(403);
    expect((await preview({ 'x-csrf-token': 'another' })).status).toBe(403);
    expect((await preview({ 'x-csrf-token': csrfToken, origin: 'https://evil.example' })).status).toBe(403);
    expect((await preview({ 'x-csrf-token': csrfToken })).status).toBe(200);
    expect(
      (await ask('/ops/v1/session', { method: 'DELETE', headers: { cookie, 'x-csrf-token': csrfToken } }))
        .status,
    ).toBe(204);
    expect((await ask('/ops/v1/overview', { headers: { cookie } })).status).toBe(401);
  });

  it('is asked about with keys no oftener than it is begun with them', async () => {
    const { ask } = await fixture.start({}, { limits: { failedCredentials: 2 } });
    const about = async (headers: Record<string, string>) =>
      (await ask('/ops/v1/session', { headers })).status;
    const tried = { authorization: 'Bearer a' };
    expect([await about(tried), await about(tried), await about(tried)]).toEqual([200, 200, 429]);
    // A session that is over tries nothing out.
    expect(await about({ cookie: `reprise-console=${'a'.repeat(43)}` })).toBe(200);
  });

  it('of a console behind TLS is in a cookie that no page of another host can set, and under another name it is nobody’s', async () => {
    const { ask } = await fixture.start({ CONSOLE_URL: 'https://operations.example.test' });
    const begun = await ask('/ops/v1/session', {
      ...{ method: 'POST', headers: {} },
      body: JSON.stringify({ apiKey }),
    });
    const [cookie = '', ...rest] = begun.headers.get('set-cookie')!.split('; ');
    expect([cookie, rest]).toEqual([
      expect.stringMatching(/^__Host-reprise-console=[\w-]{43}$/),
      ['Path=/', 'HttpOnly', 'SameSite=Strict', 'Secure'],
    ]);
    const seen = async (cookies: string) =>
      (await ask('/ops/v1/overview', { headers: { cookie: cookies } })).status;
    const renamed = cookie.replace('__Host-', '');
    expect([await seen(cookie), await seen(renamed)]).toEqual([200, 401]);
    expect(await seen(`reprise-console=${'a'.repeat(43)}; ${cookie}`)).toBe(200);
  });

  it.each([
    ['its key was revoked', undefined, 401],
    ['its key gives another role now', 'reports:read', 403],
  ])('ends for the next request and for the open stream when %s', async (_, scope, status) => {
    const env = { ...fixture.env };
    const { keys, write } = roleKeys({ env });
    const { ask, origin } = await fixture.start(env, { clients: { aliveMs: 100 } });
    const begun = await ask('/ops/v1/session', {
      ...{ method: 'POST', headers: {} },
      body: JSON.stringify({ apiKey: keys.operator.text }),
    });
    const cookie = begun.headers.get('set-cookie')!.split(';')[0]!;
    let heard = 0;
    const stream = streamed(origin, ({ length }) => (heard = length) < 0, { cookie });
    await eventually(() => expect(heard).toBeGreaterThan(0));
    write({ operator: scope });
    await eventually(async () =>
      expect((await ask('/ops/v1/overview', { headers: { cookie } })).status).toBe(status),
    );
    // Never enough for the test: it is the console that ends it.
    expect((await stream).length).toBeGreaterThan(0);
    const { body } = await ask<Session>('/ops/v1/session', { headers: { cookie } });
    expect(body.user).toBeNull();
  });
});

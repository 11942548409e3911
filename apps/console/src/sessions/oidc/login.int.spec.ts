import { testAccessEnv } from '@reprise/test-kit';
import type { Session } from '../../contract/index.ts';
import { routes } from '../../contract/routes.ts';
import { startConsole, type StartedConsole } from '../../testing/console-fixture.ts';
import { client, LittleBrowser, testProvider, type TestProvider } from '../../testing/test-provider.ts';

/** Logging in needs none of the servers. */
const away = 'postgres://nobody:nothing@127.0.0.1:1/none';
const servers = {
  ...testAccessEnv,
  REPRISE_CONTEXTS: 'product',
  ...{ READ_MODEL_DATABASE_URL: away, EVENT_STORE_DATABASE_URL: away },
};
/** Where browsers reach the console, as a balancer has it; the test reaches it directly. */
const publicUrl = 'https://operations.example.test';
const callback = `${publicUrl}/ops/v1/login/callback`;

let provider: TestProvider;
let server: StartedConsole;

const settings = (issuer: string): Record<string, string> => ({
  ...servers,
  CONSOLE_URL: publicUrl,
  CONSOLE_OIDC_ISSUER: issuer,
  CONSOLE_OIDC_CLIENT_ID: client.id,
  CONSOLE_OIDC_CLIENT_SECRET: client.secret,
});

beforeAll(async () => {
  provider = await testProvider([callback]);
  server = await startConsole(settings(provider.issuer));
});
beforeEach(() => {
  const person = { sub: 'ada', name: 'Ada L.', roles: ['console:act'] };
  Object.assign(provider, { person, refuses: false, behindSeconds: 0 });
});

const begun = (browser: LittleBrowser, to = 'runs?tab=gate', on = server) =>
  browser.get(`${on.origin}${routes.login(to)}`);

/** Logs in at the provider, and gives the address that it sends the browser back to. */
async function sentBack(browser: LittleBrowser, change = (_: URL): void => undefined): Promise<URL> {
  const address = new URL((await begun(browser)).headers.get('location')!);
  change(address);
  return browser.follow(address, callback);
}

const brought = (
  browser: LittleBrowser,
  { search }: URL,
  headers: Record<string, string> = {},
  on = server,
) => browser.get(`${on.origin}/ops/v1/login/callback${search}`, headers);

async function loggedIn(browser = new LittleBrowser()): Promise<Response> {
  return brought(browser, await sentBack(browser));
}

const userOf = async (cookie: string, on = server) =>
  (await on.ask<Session>('/ops/v1/session', { headers: { cookie } })).body.user;

const sessionIn = (response: Response): string =>
  response.headers
    .getSetCookie()
    .find((cookie) => cookie.includes('reprise-console='))!
    .split(';')[0]!;

describe('logging in with a provider', () => {
  it('begins a session with the role that the claim gives, and comes back to the page', async () => {
    expect((await server.ask<Session>('/ops/v1/session', { headers: {} })).body.login).toEqual({
      apiKey: true,
      oidc: '/ops/v1/login',
    });
    const response = await loggedIn();
    expect([response.status, response.headers.get('location')]).toEqual([302, '/console/runs?tab=gate']);
    expect(response.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^__Host-reprise-console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/),
    );
    const cookie = sessionIn(response);
    const user = await userOf(cookie);
    expect(user).toMatchObject({ actor: 'sub:ada', name: 'Ada L.', role: 'operator' });
    const preview = (action: string) =>
      server.ask('/ops/v1/actions/preview', {
        method: 'POST',
        headers: { cookie, 'x-csrf-token': user!.csrfToken },
        body: JSON.stringify({ action, projection: null, options: {} }),
      });
    expect((await server.ask('/ops/v1/actions/forms', { headers: { cookie } })).status).toBe(200);
    expect((await preview('prune')).status).toBe(403);
  });

  it('sends the provider a challenge, a state and a nonce, which are others each time', async () => {
    const addresses = await Promise.all(
      [1, 2].map(async () => new URL((await begun(new LittleBrowser())).headers.get('location')!)),
    );
    for (const name of ['state', 'nonce', 'code_challenge']) {
      const [one, other] = addresses.map(({ searchParams }) => searchParams.get(name)!);
      expect(one!.length).toBeGreaterThanOrEqual(43);
      expect(one).not.toBe(other);
    }
    expect(Object.fromEntries(addresses[0]!.searchParams)).toMatchObject({
      ...{ code_challenge_method: 'S256', response_type: 'code', redirect_uri: callback },
      ...{ client_id: client.id, scope: 'openid profile' },
    });
  });

  it.each([
    ['another site', 'https://evil.example/'],
    ['another site without a scheme', '//evil.example/'],
    ['another site with a backslash', '\\\\evil.example/'],
    ['what is above the pages', '../ops/v1/session'],
    ['a script', 'javascript:alert(1)'],
  ])('comes back to the first page where it was to lead elsewhere: %s', async (_, to) => {
    const browser = new LittleBrowser();
    const address = (await begun(browser, to)).headers.get('location')!;
    const response = await brought(browser, await browser.follow(address, callback));
    expect(response.headers.get('location')).toBe('/console/');
  });

  it.each<[string, string | RegExp, (address: URL) => void]>([
    ['another state', 'not accepted', ({ searchParams }) => searchParams.set('state', 'x'.repeat(43))],
    ['no state', 'not accepted', ({ searchParams }) => searchParams.delete('state')],
    ['another issuer', 'not accepted', ({ searchParams }) => searchParams.set('iss', 'https://evil.example')],
    ['another code', 'not accepted', ({ searchParams }) => searchParams.set('code', 'made-up')],
    ['nothing', 'not accepted', (address) => (address.search = '')],
  ])('lets nobody in whose browser brings %s', async (_, why, change) => {
    const browser = new LittleBrowser();
    const back = await sentBack(browser);
    change(back);
    await isRefused(await brought(browser, back), 401, why);
  });

  it('lets nobody in by a token that is for another login, expired, or of another challenge', async () => {
    const withChange = async (change: (address: URL) => void) => {
      const browser = new LittleBrowser();
      return brought(browser, await sentBack(browser, change));
    };
    await isRefused(
      await withChange(({ searchParams }) => searchParams.set('nonce', 'x'.repeat(43))),
      401,
      'not accepted',
    );
    await isRefused(
      await withChange(({ searchParams }) => searchParams.set('code_challenge', 'x'.repeat(43))),
      401,
      'not accepted',
    );
    provider.behindSeconds = 3_600;
    await isRefused(await loggedIn(), 401, 'not accepted');
  });

  it('takes the answer once, of the browser that began, and says when the provider refused', async () => {
    const browser = new LittleBrowser();
    const back = await sentBack(browser);
    await isRefused(await brought(new LittleBrowser(), back), 401, 'This browser began no login here');
    expect((await brought(browser, back)).status).toBe(302);
    await isRefused(await brought(browser, back), 401, 'This browser began no login here');
    provider.refuses = true;
    await isRefused(await loggedIn(), 401, 'The provider refused (access_denied)');
  });

  it('says to a person on a page, and to a program in a problem, that they have no role', async () => {
    provider.person = { sub: 'eve', name: '<script>', roles: ['reports:read'] };
    await isRefused(await loggedIn(), 403, 'The provider knows you (sub:eve), but gives you no role');
    const browser = new LittleBrowser();
    const page = await brought(browser, await sentBack(browser), { accept: 'text/html' });
    expect([page.status, page.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<a href="/console/">Back to the console</a>');
  });

  it.each([
    ['that would break a log line', 'a\nb'],
    ['that is longer than anybody', 'a'.repeat(300)],
  ])('lets nobody in with a subject %s', async (_, sub) => {
    provider.person = { sub, roles: ['console:read'] };
    await isRefused(await loggedIn(), 401, 'not accepted');
  });

  it('counts answers that are not accepted like keys that are not, and still lets in whoever has a good one', async () => {
    const own = await startConsole(settings(provider.issuer), { limits: { failedCredentials: 2 } });
    const tried = async () => (await brought(new LittleBrowser(), new URL(callback), {}, own)).status;
    expect([await tried(), await tried(), await tried()]).toEqual([401, 401, 429]);
    const key = await own.ask('/ops/v1/session', {
      ...{ method: 'POST', headers: {} },
      body: JSON.stringify({ apiKey: 'x' }),
    });
    expect(key.status).toBe(429);
    const page = await brought(new LittleBrowser(), new URL(callback), { accept: 'text/html' }, own);
    expect([page.status, page.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8']);
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0);
    const browser = new LittleBrowser();
    const address = (await begun(browser, '', own)).headers.get('location')!;
    expect((await brought(browser, await browser.follow(address, callback), {}, own)).status).toBe(302);
  });

  it('is begun by one address no more often than it may ask without a credential, so that nobody evicts the logins of others', async () => {
    const own = await startConsole(settings(provider.issuer), { limits: { anonymousRequests: 2 } });
    const browser = new LittleBrowser();
    const address = (await begun(browser, '', own)).headers.get('location')!;
    expect((await begun(new LittleBrowser(), '', own)).status).toBe(302);
    const refused = await begun(new LittleBrowser(), '', own);
    expect(refused.headers.get('ratelimit-policy')).toContain('"anonymous";q=2');
    await isRefused(refused, 429, 'More requests came within a minute');
    expect((await brought(browser, await browser.follow(address, callback), {}, own)).status).toBe(302);
  });

  it('takes roles from the claim and the values that the settings name', async () => {
    const own = await startConsole({
      ...settings(provider.issuer),
      CONSOLE_OIDC_ROLE_CLAIM: 'realm_access.roles',
      CONSOLE_OIDC_ROLES: 'support=viewer, on call=operator, platform=admin',
    });
    provider.person = { sub: 'bea', realm_access: { roles: ['support', 'platform', 'console:act'] } };
    const browser = new LittleBrowser();
    const address = (await begun(browser, '', own)).headers.get('location')!;
    const response = await brought(browser, await browser.follow(address, callback), {}, own);
    expect(await userOf(sessionIn(response), own)).toMatchObject({ role: 'admin', name: 'bea' });
  });

  it('is not offered where no provider is set up, and says that one is away or is another than it claims', async () => {
    const without = await startConsole(servers);
    expect((await without.ask<Session>('/ops/v1/session', { headers: {} })).body.login.oidc).toBeNull();
    await isRefused(await begun(new LittleBrowser(), '', without), 404, 'No provider is set up');
    const stranger = await testProvider([callback], 'http://127.0.0.1:1');
    const misled = await startConsole(settings(stranger.issuer));
    await isRefused(await begun(new LittleBrowser(), '', misled), 401, 'not accepted');
    await stranger.close();
    await isRefused(await begun(new LittleBrowser(), '', misled), 503, 'does not answer');
  });
});

async function isRefused(response: Response, status: number, detail: string | RegExp): Promise<void> {
  const problem = (await response.json()) as { status: number; detail: string };
  expect(problem).toMatchObject({ status, detail: expect.stringContaining(String(detail)) as string });
  expect(response.headers.getSetCookie().filter((set) => set.includes('reprise-console='))).toEqual([]);
}

import { createLogger } from '@reprise/runtime';
import { afterFile, itIsClosed, testAccess, testEndpoints, testIssuer } from '@reprise/test-kit';
import { createSearchApi, type SearchApi, type SearchApiSettings } from './search-api.ts';
import { freshCatalogue } from './testing/catalogue.ts';

/** On its own port until the end of the file. */
async function started(
  access: SearchApiSettings['access'],
): Promise<{ origin: string; routes: SearchApi['routes'] }> {
  const { alias } = await freshCatalogue();
  const { elasticsearch } = testEndpoints();
  const settings = { access, elasticsearch, searchAlias: alias, projection: alias };
  const application = await createSearchApi(settings, createLogger('search-api', { level: 'silent' }), {
    failedCredentials: 100_000,
  });
  afterFile(() => application.close());
  return { origin: `http://127.0.0.1:${await application.listen(0)}`, routes: application.routes };
}

describe('the search API', () =>
  itIsClosed(async () => {
    const issuer = await testIssuer();
    return { name: 'search-api', issuer, ...(await started({ ...testAccess, tokens: issuer.settings })) };
  }));

it('answers searches without a credential where that is opened, and nothing else', async () => {
  const { origin } = await started({ ...testAccess, anonymous: ['search:read'] });
  const status = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
    (await fetch(origin + path, { headers })).status;
  expect(await status('/v1/search')).toBe(200);
  expect([await status('/metrics'), await status('/openapi.json')]).toEqual([401, 401]);
  // Whoever sends a credential believes that it counts.
  expect(await status('/v1/search', { authorization: 'Bearer unknown' })).toBe(401);
});

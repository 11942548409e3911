import { itIsClosed, testAccess, testIssuer } from '@reprise/test-kit';
import { startWriteApi } from '@reprise/write-api/testing';
import { recruitingApi } from './recruiting-api.ts';
import { recruitingSide } from './testing/recruiting-side.ts';

describe('the recruiting API', () =>
  itIsClosed(async () => {
    const [side, issuer] = await Promise.all([recruitingSide(), testIssuer()]);
    const access = { ...testAccess, tokens: issuer.settings };
    const { origin, routes } = await startWriteApi(recruitingApi, side.applicationUrl, {
      access,
      limits: { failedCredentials: 100_000 },
    });
    return { name: 'recruiting-api', origin, routes, issuer, state: () => side.counts() };
  }));

import { ConfigurationError, Settings } from '@reprise/runtime';
import { accessSettings, readAccess } from './access-settings.ts';

const tokens = {
  ACCESS_JWKS_URL: 'https://login.example.com/keys',
  ACCESS_TOKEN_ISSUER: 'https://login.example.com',
  ACCESS_TOKEN_AUDIENCE: 'reprise',
};

const read = (env: Record<string, string>, host = '0.0.0.0') => readAccess(env, host, () => undefined);

describe('who may do what, by the environment', () => {
  it('is nobody anything unless something is set', () => {
    expect(read({})).toEqual({ kind: 'closed', keysFile: undefined, tokens: undefined, anonymous: [] });
  });

  it.each(['127.0.0.1', '127.8.9.1', '::1', 'localhost'])(
    'is everybody everything with AUTH=none on %s, with a warning',
    (host) => {
      const settings = new Settings({ AUTH: 'none' });
      expect(accessSettings(settings, {}, host)).toEqual({ kind: 'open' });
      expect(settings.problems).toEqual([]);
      expect(settings.warnings).toEqual([expect.stringContaining('without a credential')]);
    },
  );

  it.each(['0.0.0.0', '::', '10.0.0.7', '127.example.com', 'localhost.example.com', '128.0.0.1'])(
    'is refused with AUTH=none on %s',
    (host) => expect(() => read({ AUTH: 'none' }, host)).toThrow(/AUTH=none lets everybody in, .* it is /),
  );

  it('has what tokens need, with defaults for the rest', () => {
    expect(
      read({ ...tokens, ACCESS_TOKEN_SCOPE_CLAIM: 'permissions', ACCESS_ANONYMOUS: ' search:read ' }),
    ).toMatchObject({
      anonymous: ['search:read'],
      tokens: {
        ...{ keys: new URL(tokens.ACCESS_JWKS_URL), issuer: tokens.ACCESS_TOKEN_ISSUER, audience: 'reprise' },
        ...{ algorithms: ['ES256', 'RS256'], scopeClaim: 'permissions', clockToleranceSeconds: 30 },
      },
    });
    const { ACCESS_JWKS_URL: _, ...named } = tokens;
    expect(read({ ...named, ACCESS_JWKS_FILE: '/etc/reprise/jwks.json' })).toMatchObject({
      tokens: { keys: new URL('file:///etc/reprise/jwks.json') },
    });
  });

  it('is refused with every problem at once', () => {
    const bad = {
      AUTH: 'off',
      ACCESS_JWKS_URL: 'http://login.example.com/keys',
      ACCESS_JWKS_FILE: '/etc/reprise/jwks.json',
      ACCESS_TOKEN_ALGORITHMS: 'ES256,none,HS256',
      ACCESS_ANONYMOUS: 'products:write',
    };
    expect(() => read(bad)).toThrow(ConfigurationError);
    for (const problem of [
      'AUTH must be',
      'not both',
      '"none"',
      '"HS256"',
      'ACCESS_TOKEN_ISSUER',
      'ACCESS_TOKEN_AUDIENCE',
      '"products:write"',
    ])
      expect(() => read(bad)).toThrow(problem);
    expect(() => read({ ...tokens, ACCESS_JWKS_URL: bad.ACCESS_JWKS_URL })).toThrow(
      'must be a URL that begins with https://',
    );
  });
});

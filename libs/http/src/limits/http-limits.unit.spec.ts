import { ConfigurationError, readSettings } from '@reprise/runtime';
import { defaultHttpLimits, httpLimitSettings } from './http-limits.ts';

const read = (env: NodeJS.ProcessEnv) => readSettings(env, httpLimitSettings, () => undefined);

describe('the limits that are settings', () => {
  it('have defaults', () => {
    const { connections, credentialRequests, addressRequests, anonymousRequests, failedCredentials } =
      defaultHttpLimits;
    expect(read({})).toEqual({
      ...{ connections, credentialRequests, addressRequests, anonymousRequests, failedCredentials },
      trustedProxies: [],
    });
  });

  it('are read from the environment', () => {
    expect(
      read({
        HTTP_CONNECTIONS: '7',
        HTTP_CREDENTIAL_REQUESTS: '1',
        HTTP_ADDRESS_REQUESTS: '2',
        HTTP_ANONYMOUS_REQUESTS: '3',
        HTTP_FAILED_CREDENTIALS: '4',
        HTTP_TRUSTED_PROXIES: '10.0.0.0/8',
      }),
    ).toEqual({
      ...{
        connections: 7,
        credentialRequests: 1,
        addressRequests: 2,
        anonymousRequests: 3,
        failedCredentials: 4,
      },
      trustedProxies: ['10.0.0.0/8'],
    });
  });

  it('are refused with every problem at once', () => {
    const bad = { HTTP_CONNECTIONS: '0', HTTP_FAILED_CREDENTIALS: 'none', HTTP_TRUSTED_PROXIES: '0.0.0.0/0' };
    for (const name of Object.keys(bad)) expect(() => read(bad)).toThrow(name);
    expect(() => read(bad)).toThrow(ConfigurationError);
  });
});

import { pathToFileURL } from 'node:url';
import { isLoopback, readSettings, typedPath, type Settings } from '@reprise/runtime';
import { accessOf, openAccess, type Access } from './access.ts';
import { readKeysFile } from './keys/keys-file.ts';
import { KeyRing, type KeyStore } from './keys/key-ring.ts';
import { isPermission, type Permission } from './permission.ts';
import { tokenAlgorithms, tokenVerifier, type TokenSettings } from './tokens/token-verifier.ts';

/** Who may do what, as the environment says. */
export type AccessConfiguration =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'closed';
      readonly keysFile: string | undefined;
      readonly tokens: TokenSettings | undefined;
      readonly anonymous: readonly Permission[];
    };

/** What may be opened to callers without a credential: it changes nothing, and is no single caller's. */
const openable: readonly Permission[] = ['search:read', 'metrics:read', 'operations:read'];

/**
 * Reads `AUTH`, `ACCESS_KEYS_FILE`, `ACCESS_ANONYMOUS` and the settings of tokens, which begin with `ACCESS_JWKS` and `ACCESS_TOKEN_`.
 *
 * @param host the address that the application listens on: `AUTH=none` is a problem unless only this machine can reach it
 */
export function accessSettings(
  settings: Settings,
  env: NodeJS.ProcessEnv,
  host: string,
): AccessConfiguration {
  if (settings.oneOf('AUTH', ['required', 'none']) === 'none') {
    if (!isLoopback(host)) {
      settings.problem(
        `AUTH=none lets everybody in, so it is accepted only where HTTP_HOST is a loopback address, and it is ${host}. ` +
          'Take AUTH away and give callers keys, or set HTTP_HOST to 127.0.0.1',
      );
    }
    settings.warning(
      `AUTH=none: every process on this machine may do everything at ${host} without a credential`,
    );
    return { kind: 'open' };
  }
  const keysFile = settings.optional('ACCESS_KEYS_FILE');
  return {
    kind: 'closed',
    keysFile: keysFile === undefined ? undefined : typedPath(keysFile, env),
    tokens: tokenSettings(settings, env),
    anonymous: anonymousPermissions(settings),
  };
}

/** `accessSettings` for a process that reads its other settings elsewhere. @throws ConfigurationError as `readSettings` does */
export function readAccess(
  env: NodeJS.ProcessEnv,
  host: string,
  warn: (sentence: string) => void,
): AccessConfiguration {
  return readSettings(env, (settings) => accessSettings(settings, env, host), warn);
}

/**
 * The access that a configuration asks for.
 * @param own where the application itself keeps keys
 */
export function openedAccess(configuration: AccessConfiguration, own?: KeyStore): Access {
  if (configuration.kind === 'open') return openAccess;
  const { keysFile, tokens, anonymous } = configuration;
  const stores = [
    ...(keysFile === undefined ? [] : [{ load: () => readKeysFile(keysFile) }]),
    ...(own === undefined ? [] : [own]),
  ];
  return accessOf({
    rings: stores.map((store) => new KeyRing(store)),
    verifyToken: tokens && tokenVerifier(tokens),
    anonymous,
  });
}

function anonymousPermissions(settings: Settings): Permission[] {
  const named = (settings.optional('ACCESS_ANONYMOUS') ?? '').split(',').map((name) => name.trim());
  return named.filter((name): name is Permission => {
    if (name === '') return false;
    const known = isPermission(name) && openable.includes(name);
    if (!known) settings.problem(`ACCESS_ANONYMOUS may list ${openable.join(', ')}, not "${name}"`);
    return known;
  });
}

function tokenSettings(settings: Settings, env: NodeJS.ProcessEnv): TokenSettings | undefined {
  const keys = issuerKeys(settings, env);
  if (keys === undefined) return undefined;
  const named = (settings.optional('ACCESS_TOKEN_ALGORITHMS') ?? 'ES256,RS256')
    .split(',')
    .map((name) => name.trim());
  for (const name of named.filter((one) => !tokenAlgorithms.includes(one)))
    settings.problem(`ACCESS_TOKEN_ALGORITHMS may list ${tokenAlgorithms.join(', ')}, not "${name}"`);
  return {
    keys,
    issuer: settings.required('ACCESS_TOKEN_ISSUER', 'https://login.example.com'),
    audience: settings.required('ACCESS_TOKEN_AUDIENCE', 'reprise'),
    algorithms: named,
    scopeClaim: settings.optional('ACCESS_TOKEN_SCOPE_CLAIM') ?? 'scope',
    clockToleranceSeconds: settings.wholeNumber(
      'ACCESS_TOKEN_CLOCK_TOLERANCE_SECONDS',
      { from: 0, to: 300 },
      30,
    ),
  };
}

function issuerKeys(settings: Settings, env: NodeJS.ProcessEnv): URL | undefined {
  const [address, file] = [settings.optional('ACCESS_JWKS_URL'), settings.optional('ACCESS_JWKS_FILE')];
  if (address !== undefined && file !== undefined)
    settings.problem('Set ACCESS_JWKS_URL or ACCESS_JWKS_FILE, not both');
  if (file !== undefined) return pathToFileURL(typedPath(file, env));
  if (address === undefined) return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return url;
  settings.problem('ACCESS_JWKS_URL must be a URL that begins with https:// (http:// only to this machine)');
  return undefined;
}

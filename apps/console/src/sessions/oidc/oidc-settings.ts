import type { Settings } from '@reprise/runtime';
import { role, type Role } from '../../contract/index.ts';

/** How people log in with a provider of OpenID Connect. */
export interface OidcSettings {
  readonly issuer: URL;
  readonly clientId: string;
  /** Undefined for a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  /** Where the provider sends the browser back to. */
  readonly redirectUri: URL;
  readonly scope: string;
  /** The claim that gives the role, and what each of its values gives. */
  readonly roleClaim: string;
  readonly roles: ReadonlyMap<string, Role>;
}

export const loginPath = '/ops/v1/login';

/** The permissions of keys and tokens; a provider may give them by the same names. */
const permissions = 'console:read=viewer,console:act=operator,console:write=admin';

/** @param publicUrl where browsers reach the console; undefined where that is not said */
export function oidcSettings(settings: Settings, publicUrl: URL | undefined): OidcSettings | undefined {
  const [issuer, clientId] = [
    settings.optional('CONSOLE_OIDC_ISSUER'),
    settings.optional('CONSOLE_OIDC_CLIENT_ID'),
  ];
  if (issuer === undefined && clientId === undefined) return undefined;
  if (clientId === undefined) settings.required('CONSOLE_OIDC_CLIENT_ID', 'reprise-console');
  if (issuer === undefined) settings.required('CONSOLE_OIDC_ISSUER', 'https://login.example.com');
  if (publicUrl === undefined)
    settings.problem(
      'CONSOLE_URL is not set: the provider sends browsers back to it (for example https://operations.example.com)',
    );
  return {
    issuer: issuerOf(settings, issuer ?? ''),
    clientId: clientId ?? '',
    clientSecret: settings.optional('CONSOLE_OIDC_CLIENT_SECRET'),
    redirectUri: new URL(`${loginPath}/callback`, publicUrl ?? 'https://unset.invalid'),
    scope: scopeOf(settings),
    roleClaim: settings.optional('CONSOLE_OIDC_ROLE_CLAIM') ?? 'roles',
    roles: rolesOf(settings, settings.optional('CONSOLE_OIDC_ROLES') ?? permissions),
  };
}

function issuerOf(settings: Settings, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'https:' || (url.protocol === 'http:' && isOwnMachine(url)))) return url;
  if (text !== '')
    settings.problem('CONSOLE_OIDC_ISSUER must be an https:// address (http:// on the own machine only)');
  return new URL('https://unset.invalid');
}

export function isOwnMachine({ hostname }: URL): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

function scopeOf(settings: Settings): string {
  const scope = settings.optional('CONSOLE_OIDC_SCOPE') ?? 'openid profile';
  if (!scope.split(/\s+/).includes('openid')) settings.problem('CONSOLE_OIDC_SCOPE must contain openid');
  return scope;
}

function rolesOf(settings: Settings, text: string): ReadonlyMap<string, Role> {
  return new Map(
    text.split(',').flatMap((pair) => {
      const at = pair.lastIndexOf('=');
      const value = pair.slice(0, Math.max(0, at)).trim();
      const given = role.safeParse(pair.slice(at + 1).trim());
      if (value !== '' && given.success) return [[value, given.data] as const];
      settings.problem(
        `CONSOLE_OIDC_ROLES must list VALUE=ROLE with the roles ${role.options.join(', ')}, not "${pair.trim()}"`,
      );
      return [];
    }),
  );
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newKey } from '@reprise/access';
import { workspaceRoot } from '../workspace-root.ts';
import { testCredential, weakCredential } from './test-access.ts';
import type { TestIssuer } from './test-issuer.ts';

/** An application that lets nobody pass without a credential. */
export interface ClosedApplication {
  /** As the documentation calls it. */
  readonly name: string;
  readonly origin: string;
  readonly routes: readonly { readonly method: string; readonly path: string; readonly permission: string }[];
  /** Whose tokens it accepts. */
  readonly issuer: TestIssuer;
  /** Keys that it does not accept any more, by what is wrong with them. */
  readonly badKeys?: Readonly<Record<string, string>>;
  /** What a request that passes may change. */
  readonly state?: () => Promise<unknown>;
}

interface Outcome {
  readonly status: number;
  readonly challenge: string | null;
}

/** A suite that is made from the router of an application: what is documented, and who passes where. */
export function itIsClosed(open: () => Promise<ClosedApplication>): void {
  let application: ClosedApplication;
  beforeAll(async () => {
    application = await open();
  });
  const closed = () =>
    application.routes.filter(({ method, permission }) => method !== 'HEAD' && permission !== 'public');
  /** How every closed route answers a credential. */
  const answers = async (authorization: string | undefined): Promise<Record<string, Outcome>> => {
    const asked = closed().map(async ({ method, path }) => {
      const answer = await fetch(
        application.origin + path.replaceAll(/:\w+/g, '0190163d-8694-739b-aea5-966c26f8ad91'),
        {
          method,
          headers: { 'if-match': '*', ...(authorization !== undefined && { authorization }) },
        },
      );
      // A stream lasts.
      const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
      await (isStream ? answer.body?.cancel() : answer.arrayBuffer());
      const outcome = { status: answer.status, challenge: answer.headers.get('www-authenticate') };
      return [`${method} ${path}`, outcome] as const;
    });
    return Object.fromEntries(await Promise.all(asked));
  };
  const everywhere = (outcome: (permission: string) => Outcome): Record<string, Outcome> =>
    Object.fromEntries(
      closed().map(({ method, path, permission }) => [`${method} ${path}`, outcome(permission)]),
    );

  it('declares on each route what the documentation says', () => {
    const page = readFileSync(join(workspaceRoot, 'docs/reference/security.md'), 'utf8');
    const rows = [...page.matchAll(/^\| ([\w, -]+?) +\| `([A-Z]+) ([^`]+)` +\| `?([\w:-]+)`? +\|$/gm)];
    const said = rows
      .filter(([, names = '']) => ['all', application.name].some((name) => names.split(', ').includes(name)))
      .map(([, , method, path, permission]) => `${method} ${path} ${permission}`);
    const declared = application.routes
      .filter(({ method }) => method !== 'HEAD')
      .map(({ method, path, permission }) => `${method} ${path} ${permission}`);
    expect(declared.toSorted()).toEqual(said.toSorted());
  });

  it('refuses who has no credential, or one that is not good, with 401 and changes nothing', async () => {
    const before = await application.state?.();
    const bad = {
      ...(await application.issuer.badTokens()),
      ...application.badKeys,
      'unknown key': newKey('test').text,
    };
    expect(await answers(undefined)).toEqual(everywhere(() => ({ status: 401, challenge: 'Bearer' })));
    for (const authorization of ['Basic YTpi', 'Bearer', `Bearer ${'x'.repeat(5_000)}`])
      expect({ authorization, ...(await answers(authorization)) }).toEqual({
        authorization,
        ...everywhere(() => ({ status: 401, challenge: 'Bearer error="invalid_token"' })),
      });
    for (const [what, credential] of Object.entries(bad))
      expect({ what, ...(await answers(`Bearer ${credential}`)) }).toEqual({
        what,
        ...everywhere(() => ({ status: 401, challenge: 'Bearer error="invalid_token"' })),
      });
    expect(await application.state?.()).toEqual(before);
  });

  it('refuses a good credential that does not allow it with 403, names what is missing, and changes nothing', async () => {
    const before = await application.state?.();
    const token = await application.issuer.token({ scope: '* nothing:read' });
    for (const authorization of [weakCredential.authorization, `Bearer ${token}`])
      expect(await answers(authorization)).toEqual(
        everywhere((permission) => ({
          status: 403,
          challenge: `Bearer error="insufficient_scope", scope="${permission}"`,
        })),
      );
    expect(await application.state?.()).toEqual(before);
  });

  it('lets a key and a token pass that allow it', async () => {
    const scope = [...new Set(closed().map(({ permission }) => permission))];
    const tokens = [
      await application.issuer.token({ scope: scope.join(' ') }),
      await application.issuer.token({ scope }),
    ];
    for (const authorization of [testCredential.authorization, ...tokens.map((token) => `Bearer ${token}`)])
      for (const { status } of Object.values(await answers(authorization)))
        expect([401, 403, 500]).not.toContain(status);
  });
}

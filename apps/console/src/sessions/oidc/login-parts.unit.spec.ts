import type { Role } from '../../contract/index.ts';
import { claimIn, grantedRole } from './granted-role.ts';
import { LoginAttempts } from './login-attempts.ts';
import { refusalPage } from './refusal-page.ts';

describe('the role that claims give', () => {
  const roles = new Map<string, Role>([
    ['support', 'viewer'],
    ['platform', 'admin'],
    ['on call', 'operator'],
  ]);

  it.each<[string, unknown, Role | undefined]>([
    ['the widest of a list', ['support', 'platform', 'on call'], 'admin'],
    ['the widest, in whatever order', ['platform', 'support'], 'admin'],
    ['of a text divided by spaces', 'sales support', 'viewer'],
    ['none of others', ['sales'], undefined],
    ['none of what is no text', [{ platform: true }, 7, null], undefined],
    ['none of an object', { platform: 'platform' }, undefined],
    ['none where it is absent', undefined, undefined],
  ])('is %s', (_, claim, role) => {
    expect(grantedRole({ roles: claim }, 'roles', roles)).toBe(role);
  });

  it('is found by the name of the claim, or by a path to it, and never in what every object has', () => {
    expect(claimIn({ 'https://shop.example/roles': 1 }, 'https://shop.example/roles')).toBe(1);
    expect(claimIn({ realm_access: { roles: 2 } }, 'realm_access.roles')).toBe(2);
    expect(claimIn({ realm_access: 'roles' }, 'realm_access.roles')).toBeUndefined();
    expect(claimIn({}, 'constructor.name')).toBeUndefined();
  });
});

describe('a login that began', () => {
  const attempt = { state: 's', nonce: 'n', codeVerifier: 'v', to: '/console/' };

  it('is good for ten minutes', () => {
    let now = 0;
    const attempts = new LoginAttempts(() => now);
    const [early, late] = [attempts.begin(attempt), attempts.begin(attempt)];
    now = 10 * 60_000 - 1;
    expect(attempts.take(early)).toMatchObject(attempt);
    now += 1;
    expect(attempts.take(late)).toBeUndefined();
  });

  it('is kept no longer than that, also where its browser never comes back', () => {
    let now = 0;
    const attempts = new LoginAttempts(() => now);
    attempts.begin(attempt);
    now = 5 * 60_000;
    const young = attempts.begin(attempt);
    now = 10 * 60_000;
    attempts.begin(attempt);
    expect(attempts.size).toBe(2);
    expect(attempts.take(young)).toMatchObject(attempt);
  });

  it('is forgotten when 10,000 others began', () => {
    const attempts = new LoginAttempts();
    const [first, second] = [attempts.begin(attempt), attempts.begin(attempt)];
    for (let others = 0; others < 9_999; others += 1) attempts.begin(attempt);
    expect([attempts.take(first), attempts.take(second)]).toEqual([undefined, expect.anything()]);
  });
});

it('shows a refusal as text, whatever it holds', () => {
  const page = refusalPage({ title: 'No', detail: '<img onerror="x">&' }, '/console/');
  expect(page).toContain('<p>&#60;img onerror=&#34;x&#34;&#62;&#38;</p>');
});

import { createKey, revokeKey, rotateKey, type MadeKey } from '@reprise/write-api';
import { eventually, itIsClosed, testAccess, testIssuer, type TestIssuer } from '@reprise/test-kit';
import { problemOf, type StartedApi } from '@reprise/write-api/testing';
import { startApi } from './testing/api-client.ts';
import { eventsOf, mug, writeSide, type WriteSide } from './testing/write-side.ts';

let side: WriteSide;
let issuer: TestIssuer;
let call: StartedApi;

const withOwner = async <T>(work: (owner: Parameters<typeof createKey>[0]) => Promise<T>): Promise<T> => {
  const owner = await side.pool.connect();
  try {
    return await work(owner);
  } finally {
    owner.release();
  }
};

const made = (scopes: readonly string[] = ['products:read', 'products:write']): Promise<MadeKey> =>
  withOwner((owner) => createKey(owner, { environment: 'test', name: 'a test', scopes, days: 1 }));

const create = (credential: string) =>
  call('POST', '/v1/products', { body: mug, headers: { authorization: `Bearer ${credential}` } });

beforeAll(async () => {
  [side, issuer] = await Promise.all([writeSide(), testIssuer()]);
  call = await startApi(side.fresh.productApiUrl, {
    access: { ...testAccess, tokens: issuer.settings },
    limits: { failedCredentials: 100_000 },
  });
});

describe('the product API', () =>
  itIsClosed(async () => {
    const [revoked, expired] = [await made(), await made()];
    await withOwner((owner) => revokeKey(owner, revoked.id));
    await side.query(`UPDATE api_keys SET expires_at = now() WHERE id = $1`, [expired.id]);
    const { origin, routes } = call;
    return {
      ...{ name: 'product-api', origin, routes, issuer, state: () => side.counts() },
      badKeys: {
        'revoked key': revoked.text,
        'expired key': expired.text,
        'changed key': `${revoked.text.slice(0, -1)}x`,
      },
    };
  }));

describe('a key of the write database', () => {
  it('that was just made is accepted within a second or so, is noted as the actor, and when it was used', async () => {
    const { id, text } = await made();
    const answer = await eventually(async () => {
      const tried = await create(text);
      expect(tried.status).toBe(201);
      return tried;
    });
    const [event] = await eventsOf(side, String(answer.body?.['id']));
    expect(event).toMatchObject({ actor: `key:${id}` });
    expect(JSON.stringify(event)).not.toContain(text.slice(-64));
    await eventually(async () =>
      expect(await side.query('SELECT key_id FROM api_key_uses WHERE key_id = $1', [id])).toHaveLength(1),
    );
  });

  it('that is revoked is refused within seconds', async () => {
    const { id, text } = await made();
    await eventually(async () => expect((await create(text)).status).toBe(201));
    await withOwner((owner) => revokeKey(owner, id));
    await eventually(async () => expect(problemOf(await create(text))).toBe('401 unauthenticated'));
  });

  it('is replaced by one with its scopes, and expires when the overlap is over', async () => {
    const { id } = await made(['products:read']);
    const next = await withOwner((owner) => rotateKey(owner, id, { days: 0, overlapHours: 2 }));
    const rows = await side.query<{ id: string; scopes: string[]; hours: number | null }>(
      `SELECT id, scopes, round(extract(epoch FROM expires_at - now()) / 3600)::int AS hours FROM api_keys
       WHERE id = ANY($1) ORDER BY id = $2`,
      [[id, next?.id], next?.id],
    );
    expect(rows).toEqual([
      { id, scopes: ['products:read'], hours: 2 },
      { id: next?.id, scopes: ['products:read'], hours: null },
    ]);
    await withOwner((owner) => revokeKey(owner, id));
    expect(await withOwner((owner) => rotateKey(owner, id, { days: 0, overlapHours: 2 }))).toBeUndefined();
    expect(await withOwner((owner) => revokeKey(owner, id))).toBe(false);
  });

  it.each<[string, { days: number; isOld?: boolean }, { days?: number }, number | null]>([
    ['for as many days as it was made for', { days: 90 }, {}, 90],
    ['for ever, if it was', { days: 0 }, {}, null],
    ['for as many days as are asked for', { days: 90 }, { days: 7 }, 7],
    ['for its whole life, if a release made it that noted no days', { days: 30, isOld: true }, {}, 30],
    ['for ever, if such a release made it so', { days: 0, isOld: true }, {}, null],
  ])('is replaced by one %s, the second time too', async (_, { days, isOld = false }, asked, expected) => {
    const next = await withOwner(async (owner) => {
      const { id } = await createKey(owner, { environment: 'test', name: 'a test', scopes: ['*'], days });
      if (isOld) await owner.query('UPDATE api_keys SET days = NULL WHERE id = $1', [id]);
      // The first one shortens the key that it replaces, and its days are still known afterwards.
      const again = () => rotateKey(owner, id, { ...asked, overlapHours: 2 });
      return [await again(), await again()];
    });
    const rows = await side.query<{ days: number | null }>(
      `SELECT round(extract(epoch FROM expires_at - created_at) / 86400)::int AS days FROM api_keys WHERE id = ANY($1)`,
      [next.map((key) => key?.id)],
    );
    expect(rows).toEqual([{ days: expected }, { days: expected }]);
  });
});

it('notes the subject of a token as the actor', async () => {
  const answer = await create(await issuer.token({ sub: 'ada@example.org', scope: 'products:write' }));
  expect(await eventsOf(side, String(answer.body?.['id']))).toMatchObject([{ actor: 'sub:ada@example.org' }]);
});

import {
  afterFile,
  ApiConformance,
  documentedFieldLimits,
  fieldLimits,
  keepsFieldLimits,
  keyOf,
  lintOpenApi,
} from '@reprise/test-kit';
import { tcpProxy } from '@reprise/test-kit/proxies';
import { startWriteApi } from '@reprise/write-api/testing';
import { v7 } from 'uuid';
import { recruitingApi } from './recruiting-api.ts';
import { ada, backend, recruitingSide, type RecruitingSide } from './testing/recruiting-side.ts';

const candidates = '/v1/candidates';
const leads = '/v1/leads';
const proposal = { candidateId: v7() };
const changes: Readonly<Record<string, object | undefined>> = {
  [`PATCH ${candidates}/{id}/profile`]: { name: 'Ada' },
  [`PUT ${candidates}/{id}/stage`]: { stage: 'offer' },
  [`POST ${candidates}/{id}/reject`]: { reason: 'no' },
  [`DELETE ${candidates}/{id}`]: undefined,
  [`PATCH ${leads}/{id}/details`]: { title: 'Another' },
  [`POST ${leads}/{id}/proposals`]: proposal,
  [`POST ${leads}/{id}/placements`]: proposal,
  [`POST ${leads}/{id}/close`]: { reason: 'done' },
  [`DELETE ${leads}/{id}`]: undefined,
};
const bodies: Readonly<Record<string, object>> = { [`POST ${candidates}`]: ada, [`POST ${leads}`]: backend };

let side: RecruitingSide;
let api: ApiConformance;

beforeAll(async () => {
  side = await recruitingSide();
  const { origin } = await startWriteApi(recruitingApi, side.applicationUrl, {
    limits: { headersMs: 500, requestMs: 1_000 },
  });
  const ids = await Promise.all(
    Array.from({ length: 100 }, (_, index) => (index % 2 ? side.open() : side.register())),
  );
  let turn = 0;
  api = await ApiConformance.of({ origin, existing: () => ids[(turn += 1) % ids.length] ?? '' });
});

/** One that a change can be made to: a placement needs a proposal before it. */
async function ready(name: string): Promise<string> {
  if (!name.includes(leads)) return side.register();
  const id = await side.open(1);
  if (name.endsWith('/placements')) {
    const propose = api.operation(`POST ${leads}/{id}/proposals`);
    await api.send(propose, { path: { id }, body: proposal, headers: { 'if-match': '*' } });
  }
  return id;
}

describe('the OpenAPI document', () => {
  it('passes the linter', async () => {
    expect(await lintOpenApi(api.document.raw)).toEqual([]);
  });

  it('has exactly the operations of the API', () => {
    expect(api.document.operations.map(keyOf).toSorted()).toEqual(
      [
        ...Object.keys(changes),
        ...Object.keys(bodies),
        `GET ${candidates}/{id}`,
        `GET ${leads}/{id}`,
      ].toSorted(),
    );
  });

  it('says of every generated request how it is answered, and refuses what the API refuses', async () => {
    for (const operation of api.document.operations) await api.generated(operation, 25);
  });

  it('keeps the limit of each field, which stands in the documentation as it is', async () => {
    for (const operation of api.document.operations) {
      const body = bodies[keyOf(operation)] ?? changes[keyOf(operation)];
      await keepsFieldLimits(api, operation, { body, headers: { 'if-match': '*' } });
    }
    expect(fieldLimits(api.document)).toEqual(documentedFieldLimits('recruiting-api'));
  });

  it('holds for what no document describes: any bytes, texts and media types, without a fault of the server', async () => {
    for (const operation of api.document.operations) await api.hostile(operation, 15);
  });

  it('declares no status that cannot be had', async () => {
    const any = { 'if-match': '*' };
    const gone = { [candidates]: await side.register(), [leads]: await side.open() };
    for (const [base, id] of Object.entries(gone)) {
      await api.send(api.operation(`DELETE ${base}/{id}`), { path: { id }, headers: any });
      for (const one of [id, v7(), base === leads ? await side.open() : await side.register()])
        await api.send(api.operation(`GET ${base}/{id}`), { path: { id: one } });
    }
    const key = { 'idempotency-key': v7(), ...any };
    for (const [name, body] of Object.entries(bodies))
      for (const more of [{}, { source: 'x', location: 'y' }]) {
        const known = name.includes(leads) ? { location: 'y' } : { source: 'x' };
        await api.send(api.operation(name), {
          body: { ...body, ...(Object.keys(more).length ? known : {}) },
          headers: key,
        });
      }
    for (const [name, body] of Object.entries(changes)) {
      const operation = api.operation(name);
      const base = name.includes(leads) ? leads : candidates;
      const path = { id: await ready(name) };
      await api.send(operation, { path, body });
      await api.send(operation, { path, body, headers: { 'if-match': '"77"' } });
      await api.send(operation, { path, body, headers: key });
      await api.send(operation, { path, body, headers: any });
      await api.send(operation, { path: { id: v7() }, body, headers: any });
      await api.send(operation, { path: { id: gone[base] ?? '' }, body, headers: any });
    }
    // One conflict for each operation that can have one.
    const hired = await side.register();
    const stage = api.operation(`PUT ${candidates}/{id}/stage`);
    await api.send(stage, { path: { id: hired }, body: { stage: 'hired' }, headers: any });
    await api.send(stage, { path: { id: hired }, body: { stage: 'offer' }, headers: any });
    await api.send(api.operation(`POST ${candidates}/{id}/reject`), { path: { id: hired }, headers: any });
    const filled = { id: await ready(`POST ${leads}/{id}/placements`) };
    await api.send(api.operation(`POST ${leads}/{id}/placements`), {
      path: filled,
      body: proposal,
      headers: any,
    });
    for (const operation of ['proposals', 'placements'].map((name) =>
      api.operation(`POST ${leads}/{id}/${name}`),
    ))
      await api.send(operation, { path: filled, body: { candidateId: v7() }, headers: any });
    await api.send(api.operation(`DELETE ${leads}/{id}`), { path: filled, headers: any });
    await api.send(api.operation(`POST ${leads}/{id}/close`), { path: filled, headers: any });
    await api.send(api.operation(`PATCH ${leads}/{id}/details`), {
      path: filled,
      body: { title: 'late' },
      headers: any,
    });

    const broken = await recruitingSide();
    await broken.query('ALTER TABLE candidates RENAME TO gone; ALTER TABLE leads RENAME TO gone_too');
    const proxy = await tcpProxy(side.applicationUrl);
    afterFile(proxy.close);
    const [failing, away, limited] = [
      await startWriteApi(recruitingApi, broken.applicationUrl),
      await startWriteApi(recruitingApi, proxy.through(side.applicationUrl)),
      await startWriteApi(recruitingApi, side.applicationUrl, { limits: { credentialRequests: 1 } }),
    ];
    await limited('GET', `${leads}/${v7()}`);
    await proxy.set('refuse');
    for (const operation of api.document.operations) {
      await api.frame(operation);
      const body = bodies[keyOf(operation)] ?? changes[keyOf(operation)];
      for (const { origin } of [failing, away, limited])
        await api.send(operation, { path: { id: v7() }, body, headers: any }, origin);
    }
    expect(api.missing()).toEqual([]);
  });
});

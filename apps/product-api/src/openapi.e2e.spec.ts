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
import { v7 } from 'uuid';
import { startApi } from './testing/api-client.ts';
import { mug, writeSide, type WriteSide } from './testing/write-side.ts';

const base = '/v1/products';
const changes: Readonly<Record<string, object | undefined>> = {
  [`PATCH ${base}/{id}/details`]: { title: 'Another mug' },
  [`PUT ${base}/{id}/price`]: { priceMinor: 7, currency: 'EUR' },
  [`PUT ${base}/{id}/category`]: { categoryId: 'garden' },
  [`POST ${base}/{id}/stock-adjustments`]: { delta: 1 },
  [`POST ${base}/{id}/publish`]: undefined,
  [`POST ${base}/{id}/unpublish`]: undefined,
  [`DELETE ${base}/{id}`]: { reason: 'sold out' },
};

let side: WriteSide;
let api: ApiConformance;
let ids: string[];
let turn = 0;

beforeAll(async () => {
  side = await writeSide();
  const { origin } = await startApi(side.fresh.url, { limits: { headersMs: 500, requestMs: 1_000 } });
  ids = await Promise.all(Array.from({ length: 100 }, () => side.create()));
  const existing = (): string => ids[(turn += 1) % ids.length] ?? '';
  api = await ApiConformance.of({ origin, existing });
});

describe('the OpenAPI document', () => {
  it('passes the linter', async () => {
    expect(await lintOpenApi(api.document.raw)).toEqual([]);
  });

  it('has exactly the operations of the API', () => {
    expect(api.document.operations.map(keyOf).toSorted()).toEqual(
      [...Object.keys(changes), `POST ${base}`, `GET ${base}/{id}`].toSorted(),
    );
  });

  it('says of every generated request how it is answered, and refuses what the API refuses', async () => {
    for (const operation of api.document.operations) await api.generated(operation, 40);
  });

  it('keeps the limit of each field, which stands in the documentation as it is', async () => {
    for (const operation of api.document.operations) {
      const body = keyOf(operation) === `POST ${base}` ? mug : changes[keyOf(operation)];
      await keepsFieldLimits(api, operation, { body, headers: { 'if-match': '*' } });
    }
    expect(fieldLimits(api.document)).toEqual(documentedFieldLimits('product-api'));
  });

  it('holds for what no document describes: any bytes, texts and media types, without a fault of the server', async () => {
    for (const operation of api.document.operations) await api.hostile(operation, 25);
  });

  it('declares no status that cannot be had', async () => {
    const create = api.operation(`POST ${base}`);
    const read = api.operation(`GET ${base}/{id}`);
    const deleted = { id: await side.create() };
    await api.send(api.operation(`DELETE ${base}/{id}`), { path: deleted, headers: { 'if-match': '*' } });

    const key = { 'idempotency-key': v7(), 'if-match': '*' };
    await api.send(create, { body: mug, headers: key });
    await api.send(create, { body: { ...mug, stock: 11 }, headers: key });
    for (const path of [{ id: await side.create() }, { id: v7() }, deleted]) await api.send(read, { path });

    for (const [name, body] of Object.entries(changes)) {
      const operation = api.operation(name);
      const path = { id: await side.create() };
      await api.send(operation, { path, body });
      await api.send(operation, { path, body, headers: { 'if-match': '"7"' } });
      await api.send(operation, { path, body, headers: key });
      await api.send(operation, { path, body, headers: { 'if-match': '"1"' } });
      await api.send(operation, { path: { id: v7() }, body, headers: { 'if-match': '*' } });
      await api.send(operation, { path: deleted, body, headers: { 'if-match': '*' } });
    }
    const adjust = api.operation(`POST ${base}/{id}/stock-adjustments`);
    const path = { id: await side.create() };
    await api.send(adjust, { path, body: { delta: -11 }, headers: { 'if-match': '*' } });

    const broken = await writeSide();
    await broken.query('ALTER TABLE products RENAME TO gone');
    const proxy = await tcpProxy(side.fresh.url);
    afterFile(proxy.close);
    const [failing, away] = [await startApi(broken.fresh.url), await startApi(proxy.through(side.fresh.url))];
    const limited = await startApi(side.fresh.url, { limits: { credentialRequests: 1 } });
    await limited('GET', `${base}/${v7()}`);
    await proxy.set('refuse');
    for (const operation of api.document.operations) {
      await api.frame(operation);
      const body = operation === create ? mug : changes[keyOf(operation)];
      for (const { origin } of [failing, away, limited])
        await api.send(operation, { path: { id: v7() }, body, headers: { 'if-match': '*' } }, origin);
    }
    expect(api.missing()).toEqual([]);
  });
});

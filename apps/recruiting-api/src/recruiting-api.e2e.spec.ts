import { problemOf, startWriteApi, type Answer, type StartedApi } from '@reprise/write-api/testing';
import { v7 } from 'uuid';
import { recruitingApi } from './recruiting-api.ts';
import { ada, backend, eventsOf, recruitingSide, type RecruitingSide } from './testing/recruiting-side.ts';

let side: RecruitingSide;
let call: StartedApi;

beforeAll(async () => {
  side = await recruitingSide(2);
  call = await startWriteApi(recruitingApi, side.applicationUrl);
});

const ifMatch = (version: number | '*'): { 'if-match': string } => ({
  'if-match': version === '*' ? '*' : `"${version}"`,
});

const candidate = (method: string, id: string, path = '', body?: object): Promise<Answer> =>
  call(method, `/v1/candidates/${id}${path}`, { headers: ifMatch('*'), body });

const lead = (method: string, id: string, path = '', body?: object): Promise<Answer> =>
  call(method, `/v1/leads/${id}${path}`, { headers: ifMatch('*'), body });

describe('registering a candidate', () => {
  it('answers 201 with the candidate, where it is and its version', async () => {
    const answer = await call('POST', '/v1/candidates', { body: ada });
    const id = String(answer.body?.['id']);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/candidates/${id}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.body).toEqual({
      ...ada,
      id,
      version: 1,
      status: 'active',
      stage: 'applied',
      createdAt: expect.any(String),
      updatedAt: answer.body?.['createdAt'],
    });
    expect((await call('GET', `/v1/candidates/${id}`)).body).toEqual(answer.body);
    expect(await eventsOf(side, id)).toMatchObject([{ type: 'candidate.registered.v1', data: ada }]);
  });

  it('names everything that is wrong with a body, and stores nothing', async () => {
    const before = await side.counts();
    const answer = await call('POST', '/v1/candidates', {
      body: { name: '', email: 'ada', source: null, skills: ['ok', ''], age: 30 },
    });
    expect(problemOf(answer)).toBe('400 validation-failed');
    expect((answer.body?.['errors'] as { field: string }[]).map(({ field }) => field)).toEqual([
      'age',
      'email',
      'name',
      'skills',
      'source',
    ]);
    expect(await side.counts()).toEqual(before);
  });
});

describe('the way of a candidate', () => {
  it('leads from stage to stage, through a rejection and a new application, to erasure', async () => {
    const id = await side.register();
    expect((await candidate('PUT', id, '/stage', { stage: 'interview' })).body).toMatchObject({
      stage: 'interview',
      version: 2,
    });
    expect(problemOf(await candidate('PUT', id, '/stage', { stage: 'screening' }))).toBe(
      '409 stage-not-ahead',
    );
    expect((await candidate('POST', id, '/reject', { reason: 'no Kafka' })).body).toMatchObject({
      status: 'rejected',
      rejectionReason: 'no Kafka',
    });
    expect(problemOf(await candidate('PUT', id, '/stage', { stage: 'offer' }))).toBe(
      '409 candidate-rejected',
    );
    expect((await candidate('PUT', id, '/stage', { stage: 'applied' })).body).toMatchObject({
      status: 'active',
      stage: 'applied',
      version: 4,
    });
    expect((await candidate('PATCH', id, '/profile', { skills: ['Kafka'] })).body).toMatchObject({
      skills: ['Kafka'],
    });
    await candidate('PUT', id, '/stage', { stage: 'hired' });
    expect(problemOf(await candidate('POST', id, '/reject'))).toBe('409 candidate-hired');
    const erased = await candidate('DELETE', id);
    expect(erased.body).toMatchObject({ status: 'erased', name: '', email: '', skills: [] });
    expect(problemOf(await call('GET', `/v1/candidates/${id}`))).toBe('410 candidate-erased');
    expect(problemOf(await candidate('PUT', id, '/stage', { stage: 'hired' }))).toBe('410 candidate-erased');
    expect((await eventsOf(side, id)).map(({ type }) => type)).toEqual([
      'candidate.registered.v1',
      'candidate.advanced.v1',
      'candidate.rejected.v1',
      'candidate.advanced.v1',
      'candidate.profile-changed.v1',
      'candidate.advanced.v1',
      'candidate.erased.v1',
    ]);
  });
});

describe('the life of a lead', () => {
  it('goes from opening over proposals to placements', async () => {
    const { body, headers } = await call('POST', '/v1/leads', { body: { ...backend, headcount: 1 } });
    const id = String(body?.['id']);
    expect(headers.get('location')).toBe(`/v1/leads/${id}`);
    const [first, second] = [await side.register(), await side.register()];
    expect(problemOf(await lead('POST', id, '/placements', { candidateId: first }))).toBe(
      '409 candidate-not-proposed',
    );
    await lead('POST', id, '/proposals', { candidateId: first });
    await lead('POST', id, '/proposals', { candidateId: second });
    expect((await lead('POST', id, '/placements', { candidateId: second })).body).toMatchObject({
      status: 'filled',
      proposed: [first, second],
      placed: [second],
    });
    expect(problemOf(await lead('POST', id, '/placements', { candidateId: first }))).toBe('409 lead-filled');
    expect((await lead('PATCH', id, '/details', { headcount: 2 })).body).toMatchObject({ status: 'open' });
    await lead('POST', id, '/placements', { candidateId: first });
    expect(problemOf(await lead('PATCH', id, '/details', { headcount: 1 }))).toBe('409 headcount-too-small');
    expect(problemOf(await lead('DELETE', id))).toBe('409 lead-has-placements');
    expect((await lead('POST', id, '/close', { reason: 'done' })).body).toMatchObject({
      status: 'closed',
      closingReason: 'done',
    });
    expect(problemOf(await lead('PATCH', id, '/details', { title: 'x' }))).toBe('409 lead-closed');
    expect((await call('GET', `/v1/leads/${id}`)).body).toMatchObject({ status: 'closed', version: 7 });
  });

  it('ends when it is withdrawn', async () => {
    const id = await side.open();
    expect((await lead('DELETE', id)).body).toMatchObject({ status: 'withdrawn' });
    expect(problemOf(await call('GET', `/v1/leads/${id}`))).toBe('410 lead-withdrawn');
  });

  it.each([
    ['PATCH', '/details', {}, 'body'],
    ['PATCH', '/details', { headcount: 0 }, 'headcount'],
    ['PATCH', '/details', { location: null }, 'location'],
    ['POST', '/proposals', { candidateId: 'ada' }, 'candidateId'],
    ['POST', '/proposals', { candidateId: v7().toUpperCase() }, 'candidateId'],
    ['POST', '/placements', {}, 'candidateId'],
    ['POST', '/close', { reason: '' }, 'reason'],
  ])('refuses by %s on %s the body %j', async (method, path, body, field) => {
    const id = await side.open();
    const answer = await lead(method, id, path, body);
    expect(problemOf(answer)).toBe('400 validation-failed');
    expect(answer.body?.['errors']).toEqual([expect.objectContaining({ field })]);
  });
});

describe('every change', () => {
  it.each([
    ['candidates', 'PUT', '/stage', { stage: 'screening' }],
    ['leads', 'POST', '/close', { reason: 'done' }],
  ] as const)('of %s needs the version it is made to', async (resource, method, path, body) => {
    const id = resource === 'leads' ? await side.open() : await side.register();
    const url = `/v1/${resource}/${id}${path}`;
    const before = await side.counts();
    expect(problemOf(await call(method, url, { body }))).toBe('428 precondition-required');
    expect(problemOf(await call(method, url, { body, headers: { 'if-match': '3' } }))).toBe(
      '400 malformed-if-match',
    );
    const stale = await call(method, url, { body, headers: ifMatch(7) });
    expect(problemOf(stale)).toBe('412 stale-version');
    expect(stale.body).toMatchObject({ currentVersion: 1 });
    expect(await side.counts()).toEqual(before);
    expect((await call(method, url, { body, headers: ifMatch(1) })).status).toBe(200);
  });

  it('sent again with its key has one effect and the first answer', async () => {
    const id = await side.open();
    const request = { body: { candidateId: v7() }, headers: { ...ifMatch(1), 'idempotency-key': v7() } };
    const first = await call('POST', `/v1/leads/${id}/proposals`, request);
    const again = await call('POST', `/v1/leads/${id}/proposals`, request);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await eventsOf(side, id)).toHaveLength(2);
    const other = { ...request, body: { candidateId: v7() } };
    expect(problemOf(await call('POST', `/v1/leads/${id}/proposals`, other))).toBe(
      '422 idempotency-key-reused',
    );
  });

  it('at the same time under one version is made once', async () => {
    const id = await side.register();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        call('PATCH', `/v1/candidates/${id}/profile`, {
          headers: ifMatch(1),
          body: { name: `Ada ${index}` },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(19).fill(412)]);
  });

  it('of what is not there answers 404', async () => {
    expect(problemOf(await lead('POST', v7(), '/close'))).toBe('404 lead-not-found');
    expect(problemOf(await candidate('DELETE', v7()))).toBe('404 candidate-not-found');
    expect(problemOf(await call('GET', `/v1/leads/${await side.register()}`))).toBe('404 lead-not-found');
  });
});

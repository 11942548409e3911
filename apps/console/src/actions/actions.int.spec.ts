import { jest } from '@jest/globals';
import { eventually } from '@reprise/test-kit';
import {
  actionPlan,
  actionResult,
  type ActionPlan,
  type ActionRequest,
  type ActionResult,
  type DriftAnswer,
  type Overview,
  type RunDetail,
} from '../contract/index.ts';
import { consoleFixture, type ConsoleFixture, type StartedConsole } from '../testing/console-fixture.ts';
import { roleKeys, type KeyHolder, type RoleKeys } from '../testing/role-keys.ts';

jest.setTimeout(240_000);

let fixture: ConsoleFixture;
let server: StartedConsole;
let keys: RoleKeys['keys'];
let as: RoleKeys['as'];

const request = (action: ActionRequest['action'], options: ActionRequest['options'] = {}): ActionRequest => ({
  ...{ action, options },
  projection: action === 'promote' || action === 'discard' || action === 'redrive' ? null : 'product_search',
});

const post = <T>(
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = as('operator'),
  on = server,
) => on.ask<T>(path, { method: 'POST', body: JSON.stringify(body), headers });

async function asked(body: object, on = server): Promise<ActionResult> {
  const answer = await post<ActionResult>('/ops/v1/actions', body, as('operator'), on);
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 202 });
  return actionResult.parse(answer.body);
}

async function ended(id: string, on = server): Promise<ActionResult> {
  let action!: ActionResult;
  await eventually(async () => {
    action = (await on.ask<ActionResult>(`/ops/v1/actions/${id}`)).body;
    expect(action.endedAt).not.toBeNull();
  });
  return actionResult.parse(action);
}

const served = async (): Promise<readonly string[]> => {
  const { body } = await server.ask<Overview>('/ops/v1/overview');
  return body.readModels.find(({ projection }) => projection === 'product_search')!.serving.on;
};

beforeAll(async () => {
  fixture = await consoleFixture();
  ({ keys, as } = roleKeys(fixture));
  server = await fixture.start();
  // Asked as the administrator from here on, unless said otherwise.
  const { ask } = server;
  Object.assign(server, {
    ask: (path: string, init: RequestInit = {}) => ask(path, { headers: as('admin'), ...init }),
  });
});

describe('an action', () => {
  it('says before what it will do and what is at stake, and the equal command line', async () => {
    const { status, body } = await post<ActionPlan>(
      '/ops/v1/actions/preview',
      request('rebuild', { maxShrink: '0.5', deep: true }),
    );
    expect(status).toBe(200);
    const plan = actionPlan.parse(body);
    expect(plan).toMatchObject({
      commandLine: './reprise rebuild --projection=product_search --max-shrink=0.5 --deep',
      ...{ legal: true, refusal: null, needsApproval: false, confirmation: null },
    });
    expect(plan.willDo.length).toBeGreaterThan(1);
    expect(plan.atStake.length).toBeGreaterThan(0);
    const rollback = await post<ActionPlan>('/ops/v1/actions/preview', request('rollback'));
    expect(rollback.body).toMatchObject({
      legal: false,
      refusal: 'There is no earlier generation on standby.',
    });
    expect((await post('/ops/v1/actions', request('rollback'))).status).toBe(409);
  });

  it('is on record before it begins, and is followed to its receipt', async () => {
    const { id } = await asked(request('rebuild'));
    expect(await fixture.registry.audit.list({ limit: 10, verb: 'rebuild' })).toContainEqual(
      expect.objectContaining({ attempt: id, origin: 'console', askedBy: `key:${keys.operator.id}` }),
    );
    const done = await ended(id);
    expect(done).toMatchObject({
      state: 'done',
      exitCode: 0,
      requestedBy: `key:${keys.operator.id}`,
    });
    const run = await server.ask<RunDetail>(`/ops/v1/runs/${done.runId!}`);
    expect(run.body).toMatchObject({
      run: { outcome: 'promoted' },
      notices: { known: true },
      action: { id },
    });
    expect((run.body.receipt as { digest: string }).digest).toBe((done.output as { digest: string }).digest);
    await eventually(async () => {
      const [attempt] = (await fixture.registry.audit.list({ limit: 10 })).filter(
        (one) => one.attempt === id,
      );
      expect(attempt!.outcome).toMatchObject({ exitCode: 0, runs: [done.runId] });
    });
  });

  it('that reads only is done too: a comparison proves again what readers use', async () => {
    const shown = async () => {
      const { body } = await server.ask<Overview>('/ops/v1/overview');
      const { proof } = body.readModels.find(({ projection }) => projection === 'product_search')!;
      const { body: drift } = await server.ask<DriftAnswer>('/ops/v1/drift?projection=product_search');
      return { proof, ...drift };
    };
    const aggregateId = fixture.events[0]!.subject;
    const one = await ended((await asked(request('verify', { aggregateId }))).id);
    expect(one.output).toMatchObject({ outcome: 'clean', digest: null });
    const { proof: gate } = await shown();
    const verify = await ended((await asked(request('verify', { deep: true }))).id);
    // Nobody feeds it here, which is no difference.
    expect(verify.output).toMatchObject({ outcome: 'clean', counts: { different: 0 } });
    const { upTo: provenAt, watermark, digest, generation } = verify.output as Record<string, unknown>;
    // Nothing was written since: it is what the gate of the build stated.
    expect(gate).toMatchObject({ known: true, value: { by: 'gate', digest } });
    const proof = { known: true, value: { by: 'verify', provenAt, watermark, digest, runId: null } };
    await eventually(async () =>
      expect(await shown()).toMatchObject({ proof, drift: { actionId: verify.id } }),
    );
    // Of the one document nothing follows for the others.
    const again = await ended((await asked(request('verify', { aggregateId }))).id);
    expect(again.output).toMatchObject({ outcome: 'clean' });
    expect(await shown()).toMatchObject({ proof, drift: { actionId: verify.id } });
    // One that the command line made is the last, and nobody asked for it here.
    const { last } = await shown();
    expect(last).toMatchObject({ outcome: 'clean', differing: 0, generation });
    await fixture.job('verify', '--projection', 'product_search');
    const later = await shown();
    expect(Date.parse(later.last!.at)).toBeGreaterThan(Date.parse(last!.at));
    expect(later).toMatchObject({
      drift: { actionId: verify.id },
      proof: { value: { by: 'verify', digest } },
    });
  });

  it('survives the console that started it: another one cancels it and follows it to its end, and it is resumed', async () => {
    const first = await fixture.start();
    const { id } = await asked(request('rebuild', { maxEventsPerSecond: '1' }), first);
    await first.close();
    const second = await fixture.start();
    const card = async () => {
      const { body } = await second.ask<Overview>('/ops/v1/overview', { headers: as('viewer') });
      return body.readModels.find(({ projection }) => projection === 'product_search')!;
    };
    await eventually(async () => expect((await card()).running?.progress.known).toBe(true));
    const shown = (await card()).running!;
    await eventually(async () => {
      const { body } = await second.ask<RunDetail>(`/ops/v1/runs/${shown.run.runId}`, {
        headers: as('viewer'),
      });
      expect(body).toMatchObject({
        ...{ run: { state: 'RUNNING' }, notices: { known: true } },
        action: { id, state: 'running', runId: shown.run.runId, runIds: [shown.run.runId] },
      });
      expect(body.partitions).toHaveLength(3);
    });
    expect((await post('/ops/v1/actions', request('rebuild'), as('operator'), second)).status).toBe(409);
    await asked(request('cancel'), second);
    expect(await ended(id)).toMatchObject({
      ...{ state: 'failed', exitCode: 130, runId: shown.run.runId },
      message: expect.stringContaining('can be resumed'),
    });
    const [before] = await served();
    expect(await ended((await asked(request('rebuild', { resume: true }), second)).id)).toMatchObject({
      state: 'done',
    });
    await eventually(async () => expect(await served()).not.toEqual([before]));
  });
});

describe('who may act', () => {
  it('is decided by the role: a viewer never, an operator not what deletes for good, an administrator everything', async () => {
    const status = async (role: KeyHolder, action: ActionRequest['action'], options = {}) =>
      (await post('/ops/v1/actions/preview', request(action, options), as(role))).status;
    const discard = { ids: 'a:0:1', reason: 'a test' };
    expect(await status('viewer', 'plan')).toBe(403);
    expect(await status('operator', 'plan')).toBe(200);
    expect(await status('operator', 'prune')).toBe(403);
    expect(await status('operator', 'discard', discard)).toBe(403);
    expect(await status('admin', 'prune')).toBe(200);
    expect(await status('admin', 'discard', discard)).toBe(200);
    expect((await server.ask('/ops/v1/overview', { headers: as('viewer') })).status).toBe(200);
    expect((await server.ask('/ops/v1/overview', { headers: {} })).status).toBe(401);
  });

  it('is nobody where the console is read-only, and nobody for what it hides', async () => {
    const shows = await fixture.start({ CONSOLE_READ_ONLY: 'true', CONSOLE_HIDDEN_ACTIONS: 'prune' });
    const refused = await post('/ops/v1/actions', request('rebuild'), as('admin'), shows);
    expect(refused).toMatchObject({ status: 405, body: { type: 'urn:reprise:problem:read-only' } });
    expect(refused.headers.get('allow')).toBe('GET, HEAD');
    const hides = await fixture.start({ CONSOLE_HIDDEN_ACTIONS: 'prune,discard' });
    expect((await post('/ops/v1/actions', request('prune'), as('admin'), hides)).status).toBe(404);
    expect((await post('/ops/v1/actions', request('prune'), as('operator'), hides)).status).toBe(404);
    const { body } = await hides.ask<{ forms: { action: string }[] }>('/ops/v1/actions/forms', {
      headers: as('viewer'),
    });
    expect(body.forms.map(({ action }) => action)).not.toContain('prune');
  });

  it('is two persons where that is set: who asked cannot approve, and somebody else can, in time', async () => {
    const two = await fixture.start({
      CONSOLE_TWO_PERSONS: 'true',
      CONSOLE_ENVIRONMENT: 'prod-eu',
      CONSOLE_PRODUCTION: 'true',
      // What was last seen is old enough to be wrong here, so an approval has to look for itself.
      CONSOLE_REFRESH_MS: '60000',
    });
    const decide = (id: string, role: KeyHolder, approve: boolean, confirmation: string | null = 'prod-eu') =>
      post<ActionResult>(`/ops/v1/actions/${id}/approval`, { approve, confirmation }, as(role), two);
    expect((await post('/ops/v1/actions', request('rollback'), as('operator'), two)).status).toBe(422);
    const confirmed = { ...request('rollback'), confirmation: 'prod-eu' };
    const late = await asked(confirmed, two);
    await fixture.pool.query('UPDATE registry.requested_actions SET expires_at = now() WHERE id = $1', [
      late.id,
    ]);
    expect((await decide(late.id, 'second', true)).status).toBe(409);
    expect(await ended(late.id)).toMatchObject({ state: 'expired', approvedBy: null, job: null });
    const waiting = await asked(confirmed, two);
    expect(waiting).toMatchObject({ state: 'awaiting-approval', approvedBy: null, job: null });
    const overtaken = await asked(confirmed, two);
    expect((await decide(waiting.id, 'operator', true)).status).toBe(403);
    for (const confirmation of [null, 'staging'])
      expect(await decide(waiting.id, 'second', true, confirmation)).toMatchObject({
        ...{ status: 422, body: { type: 'urn:reprise:problem:not-confirmed' } },
      });
    const approved = await decide(waiting.id, 'second', true);
    expect(approved).toMatchObject({
      status: 200,
      body: { state: 'running', approvedBy: `key:${keys.second.id}` },
    });
    expect((await decide(waiting.id, 'second', true)).status).toBe(409);
    const { state, message, notices } = await ended(waiting.id);
    expect({ state, message, notices }).toMatchObject({ state: 'done', message: 'Done and verified.' });

    // What was legal when it was asked for is judged again by what is so now.
    expect(await decide(overtaken.id, 'second', true)).toMatchObject({
      status: 409,
      body: {
        type: 'urn:reprise:problem:not-legal-now',
        detail: expect.stringContaining('There is no earlier generation on standby.'),
      },
    });
    expect((await two.ask(`/ops/v1/actions/${overtaken.id}`, { headers: as('viewer') })).body).toMatchObject({
      ...{ state: 'awaiting-approval', approvedBy: null, job: null },
    });
    expect((await decide(overtaken.id, 'second', false, null)).body).toMatchObject({ state: 'rejected' });

    // A rebuild ends by switching readers, and its options can make any gate pass.
    const options = { maxShrink: '1', allowEmpty: true, poisonBudget: '999' };
    const rebuild = await asked({ ...request('rebuild', options), confirmation: 'prod-eu' }, two);
    expect(rebuild).toMatchObject({ state: 'awaiting-approval', approvedBy: null, job: null });
    expect((await decide(rebuild.id, 'operator', true)).status).toBe(403);
    expect((await decide(rebuild.id, 'operator', false, null)).body).toMatchObject({ state: 'rejected' });
  });
});

describe('a hostile request', () => {
  it.each<[string, object]>([
    ['an option of another action', request('rebuild', { keep: '1' })],
    ['a value that is another option', request('rebuild', { memory: '--config=/etc/passwd' })],
    ['a source there is not', request('rebuild', { source: 'mysql' })],
    ['an id that is an option', request('discard', { ids: '--all', reason: 'x' })],
    ['a control character', request('discard', { ids: 'a:0:1', reason: 'x\u001b[2J' })],
    ['a read model there is not', { ...request('rebuild'), projection: 'nothing_here' }],
    ['a value that is no text', { ...request('rebuild'), options: { memory: { $gt: '' } } }],
    ['an action there is not', { ...request('rebuild'), action: 'format' }],
    ['no choice of what to repair', request('repair')],
  ])('is refused, and starts nothing: %s', async (_, body) => {
    const before = (await fixture.registry.requested.list({ limit: 200 })).length;
    const { status, body: problem } = await post<{ type: string }>('/ops/v1/actions', body, as('admin'));
    expect({ status, type: problem.type }).toEqual({
      status: 400,
      type: 'urn:reprise:problem:validation-failed',
    });
    expect(await fixture.registry.requested.list({ limit: 200 })).toHaveLength(before);
  });
});

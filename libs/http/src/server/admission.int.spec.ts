import { Controller, Get, Module, Post, type Type } from '@nestjs/common';
import type { Access } from '@reprise/access';
import { createHttpApplication, type HttpApplication } from '../http-application.ts';
import type { HttpLimits } from '../limits/http-limits.ts';
import { recordingLogger } from '../testing/wire.ts';
import { Permit } from './permit.ts';

const { logger, lines, lineOf } = recordingLogger();
let failure: Error | undefined;

/** Knows one caller, who may read. */
const access: Access = {
  admit: async (needed, authorization) => {
    if (failure) throw failure;
    if (needed === 'public') return { outcome: 'admitted', actor: undefined };
    if (authorization !== 'Bearer ada') return { outcome: 'unauthenticated', reason: 'unknown-key' };
    return { outcome: needed === 'things:read' ? 'admitted' : 'forbidden', actor: 'sub:ada' };
  },
};

@Controller('things')
class Things {
  @Get()
  @Permit('things:read')
  read(): object {
    return {};
  }

  @Post()
  @Permit('things:write')
  write(): object {
    return {};
  }
}

@Controller('forgotten')
class Forgotten {
  @Get()
  read(): object {
    return {};
  }
}

async function started(...controllers: Type<unknown>[]): Promise<HttpApplication> {
  return limited(controllers);
}

function limited(controllers: Type<unknown>[], limits: Partial<HttpLimits> = {}): Promise<HttpApplication> {
  @Module({ controllers })
  class Application {}
  return createHttpApplication(Application, { logger, access, limits });
}

describe('an application that lets callers pass', () => {
  let application: HttpApplication;
  let strict: HttpApplication;
  let origin: string;
  let limitedOrigin: string;

  beforeAll(async () => {
    application = await started(Things);
    origin = `http://127.0.0.1:${await application.listen(0)}`;
    strict = await limited([Things], { addressRequests: 1 });
    limitedOrigin = `http://127.0.0.1:${await strict.listen(0)}`;
  });
  afterAll(() => Promise.all([application.close(), strict.close()]));
  afterEach(() => (failure = undefined));

  const ask = (method: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${origin}/things`, { method, ...init, headers: { authorization: 'Bearer ada', ...init.headers } });

  it('lists what each route asks for', () => {
    expect(application.routes.map(({ method, path, permission }) => [method, path, permission])).toEqual([
      ['GET', '/things', 'things:read'],
      ['HEAD', '/things', 'things:read'],
      ['POST', '/things', 'things:write'],
    ]);
  });

  it('does not start with a route that declares nothing, and names it', async () => {
    await expect(started(Things, Forgotten)).rejects.toThrow(
      'These routes declare neither a permission nor that they are public: GET /forgotten, HEAD /forgotten. Nothing was started.',
    );
  });

  it('judges before it reads the body, whatever that is', async () => {
    const large = { body: 'x'.repeat(200_000), headers: { 'content-type': 'text/plain' } };
    expect((await ask('POST', large)).status).toBe(403);
    expect((await ask('POST', { ...large, headers: { authorization: 'Bearer eve' } })).status).toBe(401);
  });

  it('keeps answers out of caches, and notes whose request it was or why nobody’s', async () => {
    const answer = await ask('GET', { headers: { 'x-correlation-id': 'admitted' } });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await lineOf('admitted')).toMatchObject({ status: 200, actor: 'sub:ada' });
    await ask('GET', { headers: { authorization: 'Bearer marker-secret', 'x-correlation-id': 'refused' } });
    expect(await lineOf('refused')).toMatchObject({ status: 401, refusal: 'unknown-key' });
    expect(JSON.stringify(lines)).not.toContain('marker-secret');
  });

  it('answers everybody about methods and paths that are not there, and HEAD as GET', async () => {
    const nobody = { headers: { authorization: '' } };
    expect((await ask('DELETE', nobody)).status).toBe(405);
    expect((await ask('OPTIONS', nobody)).status).toBe(204);
    expect((await fetch(`${origin}/nothing`)).status).toBe(404);
    expect([(await ask('HEAD', nobody)).status, (await ask('HEAD')).status]).toEqual([401, 200]);
  });

  it('counts requests whose credentials cannot be judged, by their address', async () => {
    failure = new Error('the keys are gone');
    const asked = async (): Promise<number> => (await fetch(`${limitedOrigin}/things`)).status;
    expect([await asked(), await asked()]).toEqual([503, 429]);
  });

  it('lets nobody pass while credentials cannot be judged, says when to try again, and logs why', async () => {
    failure = new Error('the keys are gone');
    const answer = await ask('GET');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.text()).not.toContain('the keys are gone');
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: 'no credential can be judged',
        err: expect.objectContaining({ message: failure.message }),
      }),
    );
  });
});

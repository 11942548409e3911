import { setTimeout as sleep } from 'node:timers/promises';
import { Body, Controller, Get, HttpException, Module, Post, Query } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsArray, IsInt, IsOptional, IsString, MaxLength, Min, ValidateNested } from 'class-validator';
import { ApiProperty } from '@nestjs/swagger';
import { createLogger, createMetrics } from '@reprise/runtime';
import { CorrelationId } from './requests/correlation-id.ts';
import { openAccess } from '@reprise/access';
import { createHttpApplication, type HttpApplication } from './http-application.ts';
import { OperationsModule } from './operations/operations-module.ts';
import { ProblemException } from './problems/problem-exception.ts';
import { Permit } from './server/permit.ts';

class PartDto {
  @IsInt()
  @Min(1)
  count: number;
}

class BodyDto {
  @ApiProperty({ maxLength: 20 })
  @IsString()
  @MaxLength(20)
  title: string;

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => PartDto)
  parts?: PartDto[];
}

class QueryDto {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  size?: number;
}

@Controller('v1/things')
class ThingsController {
  @Post()
  @Permit('public')
  create(@Body() body: BodyDto, @CorrelationId() correlationId: string): object {
    return { title: body.title, correlationId };
  }

  @Get()
  @Permit('public')
  list(@Query() query: QueryDto): object {
    return { size: query.size ?? null };
  }

  @Get('secret-fault')
  @Permit('public')
  secretFault(): never {
    throw new Error('password of the database is hunter2');
  }

  @Get('hidden-fault')
  @Permit('public')
  hiddenFault(): never {
    throw new HttpException('table products is gone', 500);
  }

  @Get('decided')
  @Permit('public')
  decided(): never {
    throw new ProblemException(412, 'version-mismatch', 'Another version', 'It is at version 3 now.', {
      version: 3,
    });
  }

  @Get('refused')
  @Permit('public')
  refused(): never {
    const cause = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' });
    throw new AggregateError([cause]);
  }
}

const metrics = createMetrics('things');
let pgAnswers = true;

@Module({
  imports: [
    OperationsModule.register({
      metrics,
      logger: createLogger('things', { level: 'silent' }),
      checkTimeoutMs: 50,
      ready: {
        postgres: async () => {
          if (!pgAnswers) throw new Error('cannot reach postgres://reprise:hunter2@db/reprise');
        },
        kafka: async () => {
          if (!pgAnswers) await sleep(1_000, undefined, { ref: false });
        },
      },
    }),
  ],
  controllers: [ThingsController],
})
class ThingsModule {}

describe('an HTTP application', () => {
  let application: HttpApplication;
  let origin: string;

  beforeAll(async () => {
    application = await createHttpApplication(ThingsModule, {
      access: openAccess,
      logger: createLogger('things', { level: 'silent' }),
      metrics,
      openApi: { title: 'Things', description: 'Things', version: '1' },
    });
    origin = `http://127.0.0.1:${await application.listen(0)}`;
  });

  afterAll(() => application.close());

  const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetch(`${origin}/v1/things`, { method: 'POST', body, headers });

  async function problem(response: Response): Promise<Record<string, unknown>> {
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const body = (await response.json()) as Record<string, unknown>;
    expect(body).toMatchObject({
      status: response.status,
      title: expect.any(String),
      detail: expect.any(String),
      correlationId: response.headers.get('x-correlation-id'),
    });
    expect(body['type']).toMatch(/^urn:reprise:problem:[a-z-]+$/);
    return body;
  }

  it('echoes a sane correlation id and hands it to the controller', async () => {
    const response = await post('{"title":"a"}', {
      'content-type': 'application/json',
      'x-correlation-id': 'order-7',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-correlation-id')).toBe('order-7');
    expect(await response.json()).toEqual({ title: 'a', correlationId: 'order-7' });
  });

  it('replaces a correlation id that could not stand in a log line', async () => {
    for (const given of ['a b', 'x'.repeat(101), '{"a":1}', '-']) {
      const response = await fetch(`${origin}/health/live`, { headers: { 'x-correlation-id': given } });
      expect(response.headers.get('x-correlation-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    }
  });

  it('names every refused field, nested ones by path', async () => {
    const response = await post(
      JSON.stringify({ title: 7, parts: [{ count: 1 }, { count: 0 }], colour: 'red' }),
    );
    expect(response.status).toBe(400);
    const body = await problem(response);
    expect(body['type']).toBe('urn:reprise:problem:validation-failed');
    expect(body['instance']).toBe('/v1/things');
    expect(body['errors']).toEqual([
      { field: 'colour', message: 'property colour should not exist' },
      { field: 'parts.1.count', message: 'count must not be less than 1' },
      { field: 'title', message: expect.stringContaining('title must be') },
      { field: 'title', message: expect.stringContaining('title must be') },
    ]);
  });

  it.each(['{"title":', '', '{"title":"a","title":"b"}', '[[[[', '{"title":"a"}}'])(
    'refuses the body %j with a 400 problem',
    async (body) => {
      const response = await post(body);
      expect(response.status).toBe(400);
      await problem(response);
    },
  );

  it.each(['"text"', '[]', 'null', '7'])(
    'refuses the JSON value %s where an object belongs',
    async (body) => {
      const response = await post(body);
      expect(response.status).toBe(400);
      await problem(response);
    },
  );

  it('takes unknown and polluting query members as errors', async () => {
    for (const query of ['size=x', 'colour=red', 'size=1&size=2']) {
      const response = await fetch(`${origin}/v1/things?${query}`);
      expect([query, response.status]).toEqual([query, 400]);
      await problem(response);
    }
  });

  it('answers 413 above 100 KiB', async () => {
    const response = await post(JSON.stringify({ title: 'x'.repeat(101 * 1024) }));
    expect(response.status).toBe(413);
    expect((await problem(response))['type']).toBe('urn:reprise:problem:payload-too-large');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'text/xml'])(
    'answers 415 to %s',
    async (type) => {
      const response = await post('title=a', { 'content-type': type });
      expect(response.status).toBe(415);
      await problem(response);
    },
  );

  it('answers 404 and malformed URLs as problems', async () => {
    const absent = await fetch(`${origin}/nothing/here?x=1`);
    expect(absent.status).toBe(404);
    expect((await problem(absent))['instance']).toBe('/nothing/here?x=1');
    const secret = await fetch(`${origin}/nothing/here?api_key=hunter2`);
    expect((await problem(secret))['instance']).toBe('/nothing/here?api_key=[redacted]');
    const malformed = await fetch(`${origin}/v1/%zz`);
    expect(malformed.status).toBe(400);
    await problem(malformed);
  });

  it('reveals nothing about an unexpected error', async () => {
    for (const path of ['secret-fault', 'hidden-fault']) {
      const response = await fetch(`${origin}/v1/things/${path}`);
      expect(response.status).toBe(500);
      expect(JSON.stringify(await problem(response))).not.toMatch(/hunter2|products/);
    }
  });

  it('answers with a decided problem and its members', async () => {
    const response = await fetch(`${origin}/v1/things/decided`);
    expect(await problem(response)).toMatchObject({
      type: 'urn:reprise:problem:version-mismatch',
      status: 412,
      version: 3,
    });
  });

  it('answers 503 with Retry-After when a server behind it is away', async () => {
    const response = await fetch(`${origin}/v1/things/refused`);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    const body = await problem(response);
    expect(body['type']).toBe('urn:reprise:problem:dependency-unavailable');
    expect(JSON.stringify(body)).not.toContain('10.0.0.1');
  });

  it('does not say what it runs on', async () => {
    const response = await fetch(`${origin}/v1/things`);
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('server')).toBeNull();
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is ready only while every check passes, and names those that do not elsewhere, without a reason', async () => {
    expect(await (await fetch(`${origin}/health/ready`)).json()).toEqual({ status: 'ready' });
    const checks = async (): Promise<unknown> => (await fetch(`${origin}/health/checks`)).json();
    expect(await checks()).toEqual({ status: 'ready', checks: { postgres: 'ok', kafka: 'ok' } });
    pgAnswers = false;
    const response = await fetch(`${origin}/health/ready`);
    const failed = await checks();
    pgAnswers = true;
    expect(response.status).toBe(503);
    expect(JSON.stringify(await problem(response))).not.toMatch(/postgres|kafka|reprise:hunter2/);
    expect(failed).toEqual({ status: 'not-ready', checks: { postgres: 'failed', kafka: 'failed' } });
    expect((await fetch(`${origin}/health/live`)).status).toBe(200);
  });

  it('serves its metrics, requests by route among them', async () => {
    await fetch(`${origin}/v1/things?size=3`);
    const response = await fetch(`${origin}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await response.text();
    expect(text).toMatch(/http_request_duration_seconds_count\{[^}]*route="\/v1\/things"[^}]*\}/);
    expect(text).toContain('process_resident_memory_bytes{app="things"}');
  });

  it('publishes its OpenAPI document without the operations endpoints', async () => {
    const document = (await (await fetch(`${origin}/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(document.paths).filter((path) => !path.startsWith('/v1/things'))).toEqual([]);
    expect(Object.keys(document.paths)).toContain('/v1/things');
  });
});

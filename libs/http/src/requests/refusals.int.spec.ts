import { Body, Controller, Get, Module, Post, Query } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsArray, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { createLogger } from '@reprise/runtime';
import { openAccess } from '@reprise/access';
import { createHttpApplication, type HttpApplication } from '../http-application.ts';
import { Permit } from '../server/permit.ts';

class PartDto {
  @IsInt()
  count: number;
}

class BodyDto {
  @IsString()
  title: string;

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => PartDto)
  parts?: PartDto[];
}

class NoteDto {
  @IsOptional()
  @IsString()
  text?: string;
}

class QueryDto {
  @IsOptional()
  @IsInt()
  size?: number;
}

@Controller('v1/things')
class ThingsController {
  @Post()
  @Permit('public')
  create(@Body() body: BodyDto): object {
    return body;
  }

  @Post('notes')
  @Permit('public')
  note(@Body() body: NoteDto): object {
    return body;
  }

  @Get()
  @Permit('public')
  list(@Query() query: QueryDto): object {
    return query;
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

let application: HttpApplication;
let origin: string;

beforeAll(async () => {
  application = await createHttpApplication(ThingsModule, {
    access: openAccess,
    logger: createLogger('things', { level: 'silent' }),
  });
  origin = `http://127.0.0.1:${await application.listen(0)}`;
});

afterAll(() => application.close());

const post = (body: string): Promise<Response> =>
  fetch(`${origin}/v1/things`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

async function problem(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return (await response.json()) as Record<string, unknown>;
}

describe('a request that is not valid', () => {
  it.each([...Object.getOwnPropertyNames(Object.prototype), 'prototype'])(
    'refuses a member %s, which every object or function inherits, like any other unknown one',
    async (name) => {
      const expected = { field: name, message: `property ${name} should not exist` };
      const unknown = await post(`{"title":"a","${name}":{"x":1}}`);
      expect(unknown.status).toBe(400);
      expect((await problem(unknown))['errors']).toEqual([expected]);
      const nested = await post(`{"title":"a","parts":[{"count":1,"${name}":1}]}`);
      expect(nested.status).toBe(400);
      expect((await problem(nested))['errors']).toEqual([{ ...expected, field: `parts.0.${name}` }]);
      const query = await fetch(`${origin}/v1/things?${name}=1`);
      expect(query.status).toBe(400);
      expect((await problem(query))['errors']).toEqual([expected]);
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );

  it.each(['[]', '[{"title":"a"}]', 'null', '"text"', '7', 'true'])(
    'is one whose body is %s where an object belongs, whatever members that may have',
    async (body) => {
      for (const path of ['things', 'things/notes']) {
        const response = await fetch(`${origin}/v1/${path}`, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json' },
        });
        expect([path, response.status]).toEqual([path, 400]);
        expect((await problem(response))['errors']).toEqual([
          { field: 'body', message: 'body must be an object' },
        ]);
      }
    },
  );

  it('answers at most 20 problems of a request and counts them, in a bounded answer', async () => {
    const members = Array.from({ length: 900 }, (_, index) => `"${'x'.repeat(90)}${index}":0`);
    const response = await post(`{"title":"a",${members.join()}}`);
    const text = await response.clone().text();
    const body = await problem(response);
    expect([response.status, text.length < 10_000]).toEqual([400, true]);
    expect(body['errors']).toHaveLength(20);
    expect(body['errorCount']).toBe(900);
    expect(body['detail']).toMatch(/and 880 more problems/);
    const long = await post(`{"title":"a","${'y'.repeat(90_000)}":0}`);
    expect((await long.text()).length).toBeLessThan(2_000);
  });

  it('repeats of a long URL only the beginning, and takes at most 100 parameters', async () => {
    const path = 'p'.repeat(12_000);
    expect((await (await fetch(`${origin}/${path}`)).text()).length).toBeLessThan(1_200);
    const query = Array.from({ length: 101 }, (_, index) => `q${index}=1`).join('&');
    const response = await fetch(`${origin}/v1/things?${query}`);
    expect(response.status).toBe(400);
    expect((await problem(response))['detail']).toContain('at most 100');
  });
});

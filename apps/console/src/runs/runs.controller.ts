import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblem, Permit, ProblemException } from '@reprise/http';
import { z } from 'zod';
import { runDetail, runView, type RunDetail, type RunView } from '../contract/index.ts';
import { projectionName } from '../contract/known.ts';
import { answers } from '../contract/open-api.ts';
import { ListQuery, TextOf, Uuid } from '../contract/parameters.ts';
import { Runs } from './runs.ts';

export class RunsQuery extends ListQuery {
  @TextOf(projectionName, 100, { optional: true })
  readonly projection?: string;
}

export class RunPath {
  @Uuid()
  readonly runId!: string;
}

@ApiTags('runs')
@Controller('ops/v1/runs')
export class RunsController {
  readonly #runs: Runs;

  constructor(@Inject(Runs) runs: Runs) {
    this.#runs = runs;
  }

  @Get()
  @Permit('console:read')
  @ApiOperation({ summary: 'Lists runs, newest first' })
  @ApiOkResponse(answers(z.object({ runs: z.array(runView) }), 'The runs'))
  async list(@Query() { projection, limit = 50 }: RunsQuery): Promise<{ runs: RunView[] }> {
    return { runs: await this.#runs.list(projection, limit) };
  }

  @Get(':runId')
  @Permit('console:read')
  @ApiOperation({ summary: 'Shows one run: partitions, notices, gate and receipt' })
  @ApiOkResponse(answers(runDetail, 'The run'))
  @ApiProblem(404, 'There is no run of that id', 'not-found')
  async show(@Param() { runId }: RunPath): Promise<RunDetail> {
    const found = await this.#runs.detail(runId);
    if (found) return found;
    throw new ProblemException(404, 'not-found', 'Not Found', 'The registry has no run of that id.');
  }
}

import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblem, Permit, ProblemException } from '@reprise/http';
import { DependencyError } from '@reprise/read-model-indices';
import { statusOf, type ReadModels } from '@reprise/read-model-servers';
import { defaultMaxLagMs, statusDocumentSchema, type StatusDocument } from '@reprise/read-model-status';
import { NumberUpTo } from '../contract/parameters.ts';

export const readModelsToken = Symbol('ReadModels');

export class StatusQuery {
  /** Age of the oldest event that readers may lack, in seconds, for a read model to count as fresh. */
  @NumberUpTo(1_000_000_000, { minimum: 0, optional: true })
  readonly maxLag?: number;
}

@ApiTags('overview')
@Controller('ops/v1/status')
export class StatusController {
  readonly #readModels: ReadModels;

  constructor(@Inject(readModelsToken) readModels: ReadModels) {
    this.#readModels = readModels;
  }

  @Get()
  @Permit('console:read')
  @ApiOperation({
    summary: 'Answers what `status --json` prints, for command lines without access to the servers',
  })
  @ApiOkResponse({
    description: 'The status of every read model, looked at now',
    schema: statusDocumentSchema,
  })
  @ApiProblem(503, 'The registry does not answer', 'registry-unavailable')
  async status(@Query() { maxLag }: StatusQuery): Promise<StatusDocument> {
    const bounds = { maxLagMs: maxLag === undefined ? defaultMaxLagMs : 1_000 * maxLag };
    const at = new Date();
    const contexts = this.#readModels.contexts.map(async ({ settings: { context } }) => ({
      context: context.name,
      readModels: await statusOf(this.#readModels, context.projections, bounds),
    }));
    try {
      return { at, contexts: await Promise.all(contexts) };
    } catch (error) {
      if (!(error instanceof DependencyError)) throw error;
      // Whoever may ask is an operator, who has to know which server it is.
      throw new ProblemException(503, 'registry-unavailable', 'The registry does not answer', error.message);
    }
  }
}

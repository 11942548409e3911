import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblem, Permit, ProblemException } from '@reprise/http';
import { aggregateView, type AggregateView } from '../contract/index.ts';
import { answers } from '../contract/open-api.ts';
import { AnyText, TextOf } from '../contract/parameters.ts';
import { Aggregates } from './aggregates.ts';

export class AggregateQuery {
  @TextOf(/^[a-z][a-z0-9_-]{0,99}$/, 100)
  readonly context!: string;

  @AnyText(200)
  readonly id!: string;
}

@ApiTags('aggregates')
@Controller('ops/v1/aggregates')
export class AggregatesController {
  readonly #aggregates: Aggregates;

  constructor(@Inject(Aggregates) aggregates: Aggregates) {
    this.#aggregates = aggregates;
  }

  @Get()
  @Permit('console:act')
  @ApiOperation({
    summary: 'Shows one aggregate: its events, and the documents after each; it may be personal data',
  })
  @ApiOkResponse(answers(aggregateView, 'The aggregate, with at most 500 events'))
  @ApiProblem(404, 'There is no such context', 'not-found')
  async show(@Query() { context, id }: AggregateQuery): Promise<AggregateView> {
    const found = await this.#aggregates.view(context, id);
    if (found) return found;
    throw new ProblemException(404, 'not-found', 'Not Found', 'There is no context of that name.');
  }
}

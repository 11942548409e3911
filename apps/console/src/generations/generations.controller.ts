import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblem, Permit, ProblemException } from '@reprise/http';
import {
  bucketComparison,
  documentComparison,
  generationComparison,
  generationContents,
  generationList,
  type BucketComparison,
  type DocumentComparison,
  type GenerationComparison,
  type GenerationContents,
  type GenerationList,
} from '../contract/index.ts';
import { projectionName } from '../contract/known.ts';
import { answers } from '../contract/open-api.ts';
import { AnyText, NumberUpTo, TextOf } from '../contract/parameters.ts';
import { Generations } from './generations.ts';

const generationName = /^[a-z][a-z0-9_]{0,199}$/;

export class GenerationsQuery {
  @TextOf(projectionName, 100)
  readonly projection!: string;
}

export class GenerationPath {
  @TextOf(generationName, 200)
  readonly name!: string;
}

export class PairQuery {
  @TextOf(generationName, 200)
  readonly left!: string;

  @TextOf(generationName, 200)
  readonly right!: string;
}

export class BucketPath {
  @NumberUpTo(255, { minimum: 0 })
  readonly bucket!: number;
}

export class DocumentQuery extends PairQuery {
  @AnyText(512)
  readonly id!: string;
}

@ApiTags('generations')
@Controller('ops/v1')
export class GenerationsController {
  readonly #generations: Generations;

  constructor(@Inject(Generations) generations: Generations) {
    this.#generations = generations;
  }

  @Get('generations')
  @Permit('console:read')
  @ApiOperation({ summary: 'Lists the generations of a read model, with how their states changed' })
  @ApiOkResponse(answers(generationList, 'The generations, newest first'))
  @ApiProblem(404, 'There is no read model of that name', 'not-found')
  async list(@Query() { projection }: GenerationsQuery): Promise<GenerationList> {
    return there(await this.#generations.list(projection), 'There is no read model of that name.');
  }

  @Get('generations/:name/contents')
  @Permit('console:read')
  @ApiOperation({ summary: 'Sums what a generation holds, by bucket: its digest can be made of that' })
  @ApiOkResponse(answers(generationContents, 'The contents'))
  @ApiProblem(404, 'There is no generation of that name', 'not-found')
  async contents(@Param() { name }: GenerationPath): Promise<GenerationContents> {
    return there(await this.#generations.contents(name), 'The registry has no generation of that name.');
  }

  @Get('comparisons')
  @Permit('console:read')
  @ApiOperation({ summary: 'Compares two generations by content, bucket by bucket' })
  @ApiOkResponse(answers(generationComparison, 'Which buckets differ'))
  @ApiProblem(404, 'They are not two generations of one read model', 'not-found')
  async compare(@Query() { left, right }: PairQuery): Promise<GenerationComparison> {
    return there(await this.#generations.compare(left, right), notTwo);
  }

  @Get('comparisons/buckets/:bucket')
  @Permit('console:read')
  @ApiOperation({ summary: 'Names the documents of one bucket that differ' })
  @ApiOkResponse(answers(bucketComparison, 'The documents, at most 200 of them'))
  @ApiProblem(404, 'They are not two generations of one read model', 'not-found')
  async bucket(
    @Param() { bucket }: BucketPath,
    @Query() { left, right }: PairQuery,
  ): Promise<BucketComparison> {
    return there(await this.#generations.compareBucket(left, right, bucket), notTwo);
  }

  @Get('comparisons/documents')
  @Permit('console:read')
  @ApiOperation({ summary: 'Compares one document in two generations, field by field' })
  @ApiOkResponse(answers(documentComparison, 'The document in both'))
  @ApiProblem(404, 'They are not two generations of one read model', 'not-found')
  async document(@Query() { left, right, id }: DocumentQuery): Promise<DocumentComparison> {
    return there(await this.#generations.compareDocument(left, right, id), notTwo);
  }
}

const notTwo = 'These are not two generations of one read model.';

function there<T>(found: T | undefined, detail: string): T {
  if (found === undefined) throw new ProblemException(404, 'not-found', 'Not Found', detail);
  return found;
}

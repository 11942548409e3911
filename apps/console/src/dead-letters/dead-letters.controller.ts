import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblem, Permit, ProblemException } from '@reprise/http';
import {
  deadLetterList,
  deadLetterPayload,
  type DeadLetterList,
  type DeadLetterPayload,
} from '../contract/index.ts';
import { answers } from '../contract/open-api.ts';
import { AnyText, NumberUpTo, OneOf, TextOf } from '../contract/parameters.ts';
import { DeadLetters, type LetterFilter } from './dead-letters.ts';
import { letterCursor } from './letter-page.ts';

const letterId = /^[A-Za-z0-9._-]{1,249}:\d{1,9}:\d{1,19}$/;
const longestLetterId = 249 + 1 + 9 + 1 + 19;

export class LettersQuery {
  @TextOf(/^[a-z][a-z0-9_-]{0,99}$/, 100, { optional: true })
  readonly context?: string;

  @OneOf(['open', 'resolved', 'discarded'], { optional: true })
  readonly state?: LetterFilter['state'];

  @AnyText(200, { optional: true })
  readonly type?: string;

  @AnyText(100, { optional: true })
  readonly reason?: string;

  @AnyText(200, { optional: true })
  readonly aggregateId?: string;

  @TextOf(letterCursor, 18 + longestLetterId, { optional: true })
  readonly after?: string;

  @NumberUpTo(500, { optional: true })
  readonly limit?: number;
}

export class LetterQuery {
  @TextOf(letterId, longestLetterId)
  readonly id!: string;
}

@ApiTags('dead letters')
@Controller('ops/v1/dead-letters')
export class DeadLettersController {
  readonly #letters: DeadLetters;

  constructor(@Inject(DeadLetters) letters: DeadLetters) {
    this.#letters = letters;
  }

  @Get()
  @Permit('console:read')
  @ApiOperation({ summary: 'Lists dead letters that match, newest first, without what they hold' })
  @ApiOkResponse(answers(deadLetterList, 'A page of letters, and what there is to filter for'))
  list(@Query() { after, limit = 100, ...filter }: LettersQuery): Promise<DeadLetterList> {
    return this.#letters.list(filter, after, limit);
  }

  @Get('payload')
  @Permit('console:act')
  @ApiOperation({ summary: 'Shows what one dead letter holds: it may be personal data' })
  @ApiOkResponse(answers(deadLetterPayload, 'The payload'))
  @ApiProblem(404, 'There is no dead letter of that id', 'not-found')
  async payload(@Query() { id }: LetterQuery): Promise<DeadLetterPayload> {
    const found = await this.#letters.payload(id);
    if (found) return found;
    throw new ProblemException(404, 'not-found', 'Not Found', 'There is no dead letter of that id.');
  }
}

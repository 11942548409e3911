import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Permit } from '@reprise/http';
import { overview, type Overview } from '../contract/index.ts';
import { answers } from '../contract/open-api.ts';
import { Watcher } from '../live/watcher.ts';

@ApiTags('overview')
@Controller('ops/v1/overview')
export class OverviewController {
  readonly #watcher: Watcher;

  constructor(@Inject(Watcher) watcher: Watcher) {
    this.#watcher = watcher;
  }

  @Get()
  @Permit('console:read')
  @ApiOperation({ summary: 'Says of each read model what readers get, what runs, and what is legal now' })
  @ApiOkResponse(answers(overview, 'Everything on the first screen'))
  overview(): Promise<Overview> {
    return this.#watcher.overview();
  }
}

import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Registry } from '@reprise/read-model-indices';
import { ApiProblem, Permit, ProblemException } from '@reprise/http';
import { lastDrift } from '../actions/last.ts';
import {
  auditPage,
  configurationView,
  driftAnswer,
  type AuditPage,
  type AuditRow,
  type ConfigurationView,
  type DriftAnswer,
} from '../contract/index.ts';
import { projectionName } from '../contract/known.ts';
import { answers } from '../contract/open-api.ts';
import { AnyText, ListQuery, TextOf } from '../contract/parameters.ts';
import { whoTried } from '../overview/changes.ts';
import type { AuditEntry } from '../overview/registry-types.ts';

export const recordsToken = Symbol('Records');

export interface Records {
  readonly registry: Registry;
  readonly configuration: ConfigurationView;
}

export class AuditQuery extends ListQuery {
  @TextOf(/^[a-z][a-z -]{0,49}$/, 50, { optional: true })
  readonly verb?: string;

  @AnyText(200, { optional: true })
  readonly actor?: string;

  /** Id of the last row of the page before. */
  @TextOf(/^[0-9a-f-]{36}$/, 36, { optional: true })
  readonly after?: string;
}

export class DriftQuery {
  @TextOf(projectionName, 100)
  readonly projection!: string;
}

/** The audit is looked through so far back. */
const mostRows = 2_000;

@ApiTags('records')
@Controller('ops/v1')
export class RecordsController {
  readonly #records: Records;

  constructor(@Inject(recordsToken) records: Records) {
    this.#records = records;
  }

  @Get('audit')
  @Permit('console:read')
  @ApiOperation({ summary: 'Lists what operators tried, on the command line or here, newest first' })
  @ApiOkResponse(answers(auditPage, 'A page of the audit, of the newest 2000 attempts'))
  @ApiProblem(400, 'The cursor is none of these attempts', 'invalid-cursor')
  async audit(@Query() { verb, actor, after, limit = 50 }: AuditQuery): Promise<AuditPage> {
    const entries = await this.#records.registry.audit.list({
      limit: after === undefined ? limit + 1 : mostRows,
      ...(verb !== undefined && { verb }),
      ...(actor !== undefined && { by: actor }),
    });
    const from = after === undefined ? 0 : entries.findIndex(({ attempt }) => attempt === after) + 1;
    if (after !== undefined && from === 0)
      throw new ProblemException(
        400,
        'invalid-cursor',
        'The cursor cannot be continued',
        `No attempt ${after} is among the newest ${mostRows} that match. Begin again without after.`,
      );
    const page = entries.slice(from, from + limit);
    return {
      rows: page.map(rowOf),
      next: entries.length > from + limit ? (page.at(-1)?.attempt ?? null) : null,
    };
  }

  @Get('drift')
  @Permit('console:read')
  @ApiOperation({ summary: 'Says what the last comparisons with the log found' })
  @ApiOkResponse(
    answers(driftAnswer, 'The newest one, and the findings of the newest that was asked for here'),
  )
  async drift(@Query() { projection }: DriftQuery): Promise<DriftAnswer> {
    const { registry } = this.#records;
    const [recorded, drift] = await Promise.all([
      registry.verifications.list(),
      lastDrift(registry, projection),
    ]);
    const found = recorded.find((one) => one.projection === projection);
    if (!found) return { last: null, drift };
    const { verifiedAt, outcome, generation, differing } = found;
    return { last: { at: verifiedAt.toISOString(), outcome, generation, differing }, drift };
  }

  @Get('configuration')
  @Permit('console:read')
  @ApiOperation({ summary: 'Shows the configuration in force, without secrets' })
  @ApiOkResponse(answers(configurationView, 'The configuration'))
  configuration(): ConfigurationView {
    return this.#records.configuration;
  }
}

function rowOf(entry: AuditEntry): AuditRow {
  const { attempt, at, origin, verb, arguments: words, login, host, user, actor, outcome } = entry;
  const named = words.find((word) => word.startsWith('--projection='))?.slice('--projection='.length);
  const apart = words.indexOf('--projection');
  return {
    ...{ id: attempt, at: at.toISOString(), actor: whoTried(entry), via: origin, verb },
    projection: named ?? (apart < 0 ? null : (words[apart + 1] ?? null)),
    details: { arguments: words, login, host, user, ...(actor !== null && { said: actor }) },
    outcome:
      outcome === null
        ? null
        : (outcome.message ?? (outcome.exitCode === 0 ? 'done' : `exit ${outcome.exitCode}`)),
    exitCode: outcome?.exitCode ?? null,
    endedAt: outcome?.at.toISOString() ?? null,
  };
}

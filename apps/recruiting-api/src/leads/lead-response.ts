import { ApiProperty } from '@nestjs/swagger';
import { mostProposed, type LeadState, type LeadStatus } from '@reprise/recruiting-domain';
import { recruitingLimits } from '@reprise/recruiting-events';

const ids = { type: 'array', items: { type: 'string', format: 'uuid' } } as const;

/** A lead as the API shows it: named member by member, so that a new field of the state is not shown by accident. */
export class LeadResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'Number of events so far; the ETag without its quotes',
  })
  readonly version: number;

  @ApiProperty({ type: String, enum: ['open', 'filled', 'closed', 'withdrawn'] })
  readonly status: LeadStatus;

  @ApiProperty({ maxLength: recruitingLimits.title.maxLength })
  readonly title: string;

  @ApiProperty({ maxLength: recruitingLimits.company.maxLength })
  readonly company: string;

  @ApiProperty({ type: String, required: false, maxLength: recruitingLimits.location.maxLength })
  readonly location?: string;

  @ApiProperty({ type: 'integer', description: 'How many people are looked for' })
  readonly headcount: number;

  @ApiProperty({ ...ids, maxItems: mostProposed, description: 'Ids of the candidates proposed so far' })
  readonly proposed: readonly string[];

  @ApiProperty({
    ...ids,
    maxItems: recruitingLimits.headcount.maximum,
    description: 'Ids of the candidates who got a position',
  })
  readonly placed: readonly string[];

  @ApiProperty({
    type: String,
    required: false,
    maxLength: recruitingLimits.reason.maxLength,
    description: 'Why the lead was closed',
  })
  readonly closingReason?: string;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt: string;

  @ApiProperty({ format: 'date-time' })
  readonly updatedAt: string;

  constructor(state: LeadState) {
    this.id = state.leadId;
    this.version = state.version;
    this.status = state.status;
    this.title = state.title;
    this.company = state.company;
    if (state.location !== undefined) this.location = state.location;
    this.headcount = state.headcount;
    this.proposed = state.proposed;
    this.placed = state.placed;
    if (state.closingReason !== undefined) this.closingReason = state.closingReason;
    this.createdAt = state.createdAt;
    this.updatedAt = state.updatedAt;
  }
}

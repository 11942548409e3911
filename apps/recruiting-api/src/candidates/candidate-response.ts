import { ApiProperty } from '@nestjs/swagger';
import { type CandidateState, type CandidateStatus } from '@reprise/recruiting-domain';
import { candidateStages, recruitingLimits, type CandidateStage } from '@reprise/recruiting-events';

/** A candidate as the API shows it: named member by member, so that a new field of the state is not shown by accident. */
export class CandidateResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'Number of events so far; the ETag without its quotes',
  })
  readonly version: number;

  @ApiProperty({ type: String, enum: ['active', 'rejected', 'erased'] })
  readonly status: CandidateStatus;

  @ApiProperty({ type: String, enum: [...candidateStages], description: 'The stage reached' })
  readonly stage: CandidateStage;

  @ApiProperty({
    maxLength: recruitingLimits.name.maxLength,
    description: 'Empty once the candidate was erased',
  })
  readonly name: string;

  @ApiProperty({
    maxLength: recruitingLimits.email.maxLength,
    description: 'Empty once the candidate was erased',
  })
  readonly email: string;

  @ApiProperty({ type: String, required: false, maxLength: recruitingLimits.source.maxLength })
  readonly source?: string;

  @ApiProperty({
    type: 'array',
    ...recruitingLimits.skills,
    items: { type: 'string', maxLength: recruitingLimits.skill.maxLength },
  })
  readonly skills: readonly string[];

  @ApiProperty({
    type: String,
    required: false,
    maxLength: recruitingLimits.reason.maxLength,
    description: 'Why the candidate was rejected',
  })
  readonly rejectionReason?: string;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt: string;

  @ApiProperty({ format: 'date-time' })
  readonly updatedAt: string;

  constructor(state: CandidateState) {
    this.id = state.candidateId;
    this.version = state.version;
    this.status = state.status;
    this.stage = state.stage;
    this.name = state.name;
    this.email = state.email;
    if (state.source !== undefined) this.source = state.source;
    this.skills = state.skills;
    if (state.rejectionReason !== undefined) this.rejectionReason = state.rejectionReason;
    this.createdAt = state.createdAt;
    this.updatedAt = state.updatedAt;
  }
}

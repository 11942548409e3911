import {
  candidateStages,
  emailPattern,
  recruitingLimits,
  type CandidateAdvancedData,
  type CandidateRegisteredData,
  type CandidateStage,
} from '@reprise/recruiting-events';
import { ChoiceField, TextField, TextsField } from '@reprise/write-api';

export class RegisterCandidateRequest implements CandidateRegisteredData {
  @TextField(recruitingLimits.name, { description: 'Full name' })
  readonly name: string;

  @TextField(recruitingLimits.email, {
    description: 'Where mail reaches the candidate',
    pattern: emailPattern,
  })
  readonly email: string;

  @TextField(recruitingLimits.source, { description: 'Where the candidate came from', optional: true })
  readonly source?: string;

  @TextsField(recruitingLimits.skills, recruitingLimits.skill, { description: 'What the candidate can do' })
  readonly skills: string[];
}

export class ChangeProfileRequest {
  @TextField(recruitingLimits.name, { description: 'New name', optional: true })
  readonly name?: string;

  @TextField(recruitingLimits.email, { description: 'New address', pattern: emailPattern, optional: true })
  readonly email?: string;

  @TextField(recruitingLimits.source, { description: 'New source', optional: true })
  readonly source?: string;

  @TextsField(recruitingLimits.skills, recruitingLimits.skill, {
    description: 'New skills, replacing all earlier ones',
    optional: true,
  })
  readonly skills?: string[];
}

export class AdvanceCandidateRequest implements CandidateAdvancedData {
  @ChoiceField(candidateStages, { description: 'The stage to move to; `applied` after a rejection' })
  readonly stage: CandidateStage;
}

export class RejectCandidateRequest {
  @TextField(recruitingLimits.reason, { description: 'Why, for the record', optional: true })
  readonly reason?: string;
}

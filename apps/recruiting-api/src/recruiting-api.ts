import { type WriteApi } from '@reprise/write-api';
import { CandidateController } from './candidates/candidate.controller.ts';
import { CandidateResource } from './candidates/candidate-resource.ts';
import { LeadController } from './leads/lead.controller.ts';
import { LeadResource } from './leads/lead-resource.ts';
import { recruitingSchema } from './migrations/recruiting-schema.ts';

/** The write API of recruiting. */
export const recruitingApi: WriteApi = {
  name: 'recruiting-api',
  context: 'recruiting',
  title: 'recruiting API',
  settings: { prefix: 'RECRUITING_', port: { variable: 'RECRUITING_API_PORT', fallback: 3004 } },
  schema: recruitingSchema,
  openApi: {
    title: 'Reprise recruiting API',
    description:
      'Registers and advances candidates, opens and fills leads. Every change is an event, stored in the transaction that makes it.',
    version: '1',
  },
  controllers: [CandidateController, LeadController],
  resources: [CandidateResource, LeadResource],
};

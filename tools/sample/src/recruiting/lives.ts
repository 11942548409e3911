import { candidateStages } from '@reprise/recruiting-events';
import type { ApiRequest } from '../writers/api-requests.ts';

/** One candidate or lead: what it begins with, then what is done with it, each path behind its address. */
export interface Life {
  readonly first: object;
  readonly steps: readonly ApiRequest[];
}

const firstNames = ['Ada', 'Björn', 'Chidi', 'Dunja', 'Emre', 'Fatima', 'Greta', 'Håkon', 'Inés', 'Jun'];
const lastNames = ['Nyström', 'Okafor', 'Halden', 'Petrov', 'Lindqvist', 'Aydın', 'Moreau'];
const sources = ['job board', 'referral', 'fair'];
const skills = ['TypeScript', 'Kafka', 'SQL', 'Elasticsearch', 'Nest', 'Linux'];
const titles = ['Backend developer', 'Data engineer', 'Site reliability engineer', 'Product designer'];
const companies = ['Halden AS', 'Brightwater Ltd', 'Meridian GmbH'];
const locations = ['Oslo', 'Leipzig', 'Porto'];

const at = <T>(values: readonly T[], index: number): T => values[index % values.length]!;

/** Made-up candidates, the same for the same number: some far on their way, some rejected. Nobody is erased. */
export function candidates(count: number): Life[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `${at(firstNames, index)} ${at(lastNames, Math.floor(index / 3))}`;
    const stages = candidateStages.slice(1, 1 + (index % candidateStages.length));
    const isRejected = index % 4 === 1 && !stages.includes('hired');
    return {
      first: {
        ...{ name, email: `candidate${index + 1}@example.org` },
        ...(index % 2 === 0 && { source: at(sources, index) }),
        skills: [at(skills, index), at(skills, index + 2)],
      },
      steps: [
        ...stages.map((stage) => ({ method: 'PUT' as const, path: '/stage', body: { stage } })),
        ...(isRejected
          ? [
              {
                method: 'POST' as const,
                path: '/reject',
                body: { reason: 'another candidate fitted better' },
              },
            ]
          : []),
      ],
    };
  });
}

/** Made-up leads for these candidates, the same for the same number: some filled, some closed. Nothing is withdrawn. */
export function leads(count: number, candidateIds: readonly string[]): Life[] {
  return Array.from({ length: count }, (_, index) => {
    const headcount = 1 + (index % 3);
    const proposed = candidateIds.slice(index % 5, (index % 5) + 2 + (index % 3));
    const placed = index % 2 === 0 ? proposed.slice(0, 1) : [];
    const command = (path: string) => (candidateId: string) => ({
      ...{ method: 'POST' as const, path },
      body: { candidateId },
    });
    return {
      first: {
        ...{ title: at(titles, index), company: at(companies, index), headcount },
        ...(index % 3 !== 2 && { location: at(locations, index) }),
      },
      steps: [
        ...proposed.map(command('/proposals')),
        ...placed.map(command('/placements')),
        ...(index % 5 === 3
          ? [{ method: 'POST' as const, path: '/close', body: { reason: 'search ended' } }]
          : []),
      ],
    };
  });
}

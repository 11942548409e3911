/**
 * Bounds of the values a recruiting event may carry. Code that accepts such values from outside (the API's request bodies) shares
 * them. Text lengths count Unicode code points.
 */
export const recruitingLimits = {
  name: { minLength: 1, maxLength: 200 },
  email: { minLength: 3, maxLength: 254 },
  source: { minLength: 1, maxLength: 100 },
  skills: { maxItems: 50 },
  skill: { minLength: 1, maxLength: 50 },
  title: { minLength: 1, maxLength: 200 },
  company: { minLength: 1, maxLength: 200 },
  location: { minLength: 1, maxLength: 200 },
  headcount: { minimum: 1, maximum: 1_000 },
  reason: { minLength: 1, maxLength: 500 },
} as const;

/** Something on both sides of one `@`, without spaces. Whether mail arrives there is not checked. */
export const emailPattern = '^[^@\\s\\u0000\\p{Cs}]+@[^@\\s\\u0000\\p{Cs}]+$';

/** A UUID in lower case, as databases give them back. */
export const uuidPattern = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

/** Stages of a candidate's way, in their order. */
export const candidateStages = ['applied', 'screening', 'interview', 'offer', 'hired'] as const;

export type CandidateStage = (typeof candidateStages)[number];

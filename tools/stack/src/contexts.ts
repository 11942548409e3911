/**
 * Bounded contexts with a write database beside that of the product catalogue, whose names carry no prefix. Each has a database
 * with an owner of its name, the group of its writers and the login of its API.
 */
export const contexts = ['recruiting'] as const;

/** Names of what Postgres has for a context: `reprise_recruiting`, `recruiting_writer`, `reprise_recruiting_api`. */
export interface ContextNames {
  /** The database, and its owner, who migrates it. */
  readonly database: string;
  readonly writers: string;
  readonly login: string;
}

export function namesOf(context: string): ContextNames {
  return {
    database: `reprise_${context}`,
    writers: `${context}_writer`,
    login: `reprise_${context}_api`,
  };
}

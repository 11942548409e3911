import { z } from 'zod';
import { moment } from './known.ts';

/** What each of them may do contains what the ones before may. */
export const role = z.enum(['viewer', 'operator', 'admin']);
export type Role = z.infer<typeof role>;

/** The installation that the console belongs to. */
export const environment = z.object({
  /** `CONSOLE_ENVIRONMENT`. */
  name: z.string(),
  /** Whether what is done here concerns real users: it is marked on each page, and asked for by name before anything is done. */
  production: z.boolean(),
  /** Version of this release. */
  version: z.string(),
});
export type Environment = z.infer<typeof environment>;

/** Who uses the console. Answered to everybody: somebody who is not logged in learns how to. */
export const session = z.object({
  environment,
  /** `none` lets everybody in as administrator: only this machine reaches the console then. */
  access: z.enum(['required', 'none']),
  /** Ways to log in. `oidc` is the path that begins one, null where no provider is set up. */
  login: z.object({ apiKey: z.boolean(), oidc: z.string().nullable() }),
  /** Nothing may be changed from here, whoever asks. */
  readOnly: z.boolean(),
  /** Whether what switches readers needs a second person: promote, rollback, and a rebuild that promotes. */
  twoPersons: z.boolean(),
  /** Null for somebody who is not logged in. */
  user: z
    .object({
      /** `key:ID` or `sub:SUBJECT`, as audit rows name them; `anonymous` where access is not required. */
      actor: z.string(),
      /** What to show: the name a provider gave, else the actor. */
      name: z.string(),
      role,
      /** Null where it lasts. */
      expiresAt: moment.nullable(),
      /** To be sent back as `x-csrf-token` by whatever changes something with the cookie. */
      csrfToken: z.string(),
    })
    .nullable(),
});
export type Session = z.infer<typeof session>;

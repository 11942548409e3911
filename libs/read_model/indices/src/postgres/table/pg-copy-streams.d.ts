/** The part of pg-copy-streams used here; the package has no types. */
declare module 'pg-copy-streams' {
  import type { Writable } from 'node:stream';
  import type { Submittable } from 'pg';

  export function from(text: string): Writable & Submittable & { readonly rowCount: number };
}

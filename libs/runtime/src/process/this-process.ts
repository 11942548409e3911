import { hostname, userInfo } from 'node:os';

/** Who a process is, for the registry, for receipts and for a process that finds a lease taken. */
export interface ProcessIdentity {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
}

/** @param lookUp the system's look-up of the user this process runs as */
export function thisProcess(lookUp: () => { readonly username: string } = userInfo): ProcessIdentity {
  return { user: nameOfUser(lookUp), host: hostname(), pid: process.pid };
}

/** A container may run under a number that no user of its image has: no reason to do nothing. */
function nameOfUser(lookUp: () => { readonly username: string }): string {
  try {
    return lookUp().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

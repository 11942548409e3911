import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from '../errors.ts';

export const serverNames = ['postgres', 'kafka', 'elasticsearch'] as const;
export type ServerName = (typeof serverNames)[number];

export interface ServerState {
  /** Port clients connect to, on 127.0.0.1. Kept while the server is down, to come back on the same one. */
  port: number;
  /** A second port the server needs for itself: Kafka's controller listener. */
  innerPort?: number;
  /** Absent while the server is stopped by `down`. */
  pid?: number;
}

/** What is known of one instance; stands in `instance.json` of its folder and marks the folder as ours. */
export interface InstanceState {
  format: 1;
  kind: 'embedded' | 'docker';
  /** Where the servers keep their data: the instance folder, or a place the servers' account can reach. */
  dataDirectory: string;
  fsync: boolean;
  /** With TLS, logins and rights on all servers. Decided when the instance is made. */
  secure?: boolean;
  /** The passwords of the database roles are made from it. Absent with Docker, and in an instance that an older version made. */
  secret?: string;
  /** An API key that the applications accept on this instance. Absent in one that an older version made. */
  developmentKey?: string;
  /** Brought up by a `run`: the last `run` that uses it takes it down. */
  transient?: boolean;
  servers: Partial<Record<ServerName, ServerState>>;
}

export function stateFile(directory: string): string {
  return join(directory, 'instance.json');
}

/**
 * Checks a parsed state file.
 * @returns the state, or undefined when the value has not the shape of one.
 */
export function parseState(value: unknown): InstanceState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { format, kind, dataDirectory, fsync, secure, secret, developmentKey, transient, servers } =
    value as Record<string, unknown>;
  if (format !== 1 || (kind !== 'embedded' && kind !== 'docker')) return undefined;
  if (typeof dataDirectory !== 'string' || dataDirectory === '' || typeof fsync !== 'boolean')
    return undefined;
  if (typeof servers !== 'object' || servers === null) return undefined;
  if (transient !== undefined && typeof transient !== 'boolean') return undefined;
  if (secret !== undefined && (typeof secret !== 'string' || secret === '')) return undefined;
  if (developmentKey !== undefined && typeof developmentKey !== 'string') return undefined;
  const parsed: InstanceState = { format, kind, dataDirectory, fsync, servers: {} };
  if (secure === true) parsed.secure = true;
  if (transient === true) parsed.transient = true;
  if (secret !== undefined) parsed.secret = secret;
  if (developmentKey !== undefined) parsed.developmentKey = developmentKey;
  for (const [name, server] of Object.entries(servers)) {
    if (!serverNames.includes(name as ServerName) || !isServerState(server)) return undefined;
    parsed.servers[name as ServerName] = server;
  }
  return parsed;
}

function isServerState(value: unknown): value is ServerState {
  if (typeof value !== 'object' || value === null) return false;
  const { port, innerPort, pid } = value as Record<string, unknown>;
  return isPort(port) && (innerPort === undefined || isPort(innerPort)) && (pid === undefined || isPid(pid));
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536;
}

function isPid(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 1;
}

/**
 * The state of the instance in `directory`, or undefined when there is none.
 * @throws StackError NOT_PERMITTED when it belongs to another account; STATE_BROKEN when it cannot be understood.
 */
export function readState(directory: string): InstanceState | undefined {
  const file = stateFile(directory);
  if (!existsSync(file)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') {
      throw new StackError(
        'NOT_PERMITTED',
        `${file} may be read only by the account that made the instance: it holds the passwords. Use that account, or a ` +
          'separate instance (--dir, or REPRISE_STACK_DIR).',
      );
    }
  }
  const state = parseState(value);
  if (state !== undefined) return state;
  throw new StackError(
    'STATE_BROKEN',
    `${file} is not a readable instance file. Nothing was touched. Run \`npm run -s stack -- reset\` to start over ` +
      '(it deletes the data of this instance), or restore the file.',
  );
}

/** Writes the state in one step: a reader sees the old one or the new one. Nobody but this account may read it. */
export function writeState(directory: string, state: InstanceState): void {
  mkdirSync(directory, { recursive: true });
  const draft = `${stateFile(directory)}.${process.pid}`;
  rmSync(draft, { force: true });
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(draft, stateFile(directory));
}

/**
 * Marks who takes the instance down. A `run` that finds it down makes it transient; one that finds it up changes nothing;
 * an `up` makes it stay.
 */
export function markTransient(
  state: InstanceState,
  requested: boolean | undefined,
  anyRunning: boolean,
): void {
  if (requested !== true) delete state.transient;
  else if (!anyRunning) state.transient = true;
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { WholeSystem } from './whole-system.ts';

/** Texts that processes wrote, by where they stand; what is empty says `--`. */
export type Written = Readonly<Record<string, string>>;

/** What each process wrote to stdout and stderr, logs among it. */
export function outputsOf({ started }: WholeSystem): Written {
  return Object.fromEntries(
    started.map(({ pid, output }) => [
      `output of process ${pid}`,
      output.map(({ text }) => text).join('\n') || '--',
    ]),
  );
}

/** What `ps` shows to everybody: the arguments of every process of this machine. */
export function argumentsOfAll(): string {
  if (!existsSync('/proc/self/cmdline')) return 'no /proc here';
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        // It has ended since.
        return '';
      }
    })
    .join('\n');
}

/** All rows of both databases, audit and receipts among them. */
export async function tablesOf({ adminUrls }: WholeSystem): Promise<Written> {
  const written: Record<string, string> = {};
  for (const [kind, url] of Object.entries(adminUrls)) {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      const { rows: tables } = await client.query<{ name: string }>(
        `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
           WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
      );
      for (const { name } of tables) {
        const { rows } = await client.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
        written[`table ${kind} ${name}`] = rows.map(({ text }) => text).join('\n') || '--';
      }
    } finally {
      await client.end();
    }
  }
  return written;
}

/** All files that processes left in a folder. */
export function filesBelow(folder: string): Written {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [`file ${path}`, readFileSync(path, 'latin1') || '--']),
  );
}

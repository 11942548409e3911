import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StackError } from '../errors.ts';
import { stackFolder } from '../instance/directory.ts';

export type ArtifactSet = 'kafka' | 'elasticsearch';

/** File name to SHA-256 in hex of every file of one set, from the list kept in the repository. */
export function pinnedDigests(set: ArtifactSet, text = readPins()): Map<string, string> {
  const pins = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{64}) {2}([a-z]+)\/(\S+)$/.exec(line);
    if (match?.[1] !== undefined && match[2] === set && match[3] !== undefined) pins.set(match[3], match[1]);
  }
  return pins;
}

function readPins(): string {
  return readFileSync(join(stackFolder, 'artifacts.sha256'), 'utf8');
}

/** SHA-256 in hex of a file, read as a stream. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * Compares a folder with the pinned list: same names, same content.
 * @throws StackError DIGEST_MISMATCH, naming every file that differs, is missing or was not expected.
 */
export async function verifyFolder(
  folder: string,
  set: ArtifactSet,
  pins = pinnedDigests(set),
): Promise<void> {
  const problems: string[] = [];
  const present = readdirSync(folder);
  for (const name of present) {
    const actual = await sha256(join(folder, name));
    const expected = pins.get(name);
    if (expected === undefined) problems.push(`  not in the list: ${actual}  ${set}/${name}`);
    else if (expected !== actual) problems.push(`  other content:   ${actual}  ${set}/${name}`);
  }
  for (const name of pins.keys())
    if (!present.includes(name)) problems.push(`  missing:         ${set}/${name}`);
  if (problems.length === 0) return;
  throw new StackError(
    'DIGEST_MISMATCH',
    `What Maven delivered for ${set} is not what tools/stack/artifacts.sha256 pins. Nothing of it was installed.\n` +
      `${problems.join('\n')}\n` +
      'A broken download: delete the files from the local Maven repository and run it again. ' +
      'A version raised on purpose: write the digests above into the list.',
  );
}

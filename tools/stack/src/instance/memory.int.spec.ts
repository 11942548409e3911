import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { leave } from '../commands/run.ts';
import { takeLease } from './leases.ts';
import { isInMemory, memoryDirectory } from './memory.ts';
import { writeState } from './state.ts';

const disk = mkdtempSync(join(tmpdir(), 'stack-disk-'));
const base = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : disk, 'stack-memory-'));
afterAll(() => [disk, base].forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A `run` that brought an instance up, and ends. */
async function runIn(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const state = { format: 1, kind: 'embedded', dataDirectory: directory, fsync: false, servers: {} } as const;
  writeState(directory, { ...state, transient: true });
  takeLease(directory);
  await leave({ directory }, process.pid);
}

describe('an instance in memory', () => {
  it('is deleted by the run that ends last, where one on the disk is kept', async () => {
    for (const directory of [join(disk, 'kept'), memoryDirectory(disk) ?? join(disk, 'no room')]) {
      await runIn(directory);
      expect({ directory, kept: existsSync(directory) }).toEqual({ directory, kept: !isInMemory(directory) });
    }
  });

  it('is not made on a disk, or where another account could have made the folder or may write', () => {
    expect(memoryDirectory(disk, tmpdir())).toBeUndefined();
    expect(memoryDirectory(disk, join(disk, 'none'))).toBeUndefined();
    const root = dirname(memoryDirectory(disk, base) ?? join(base, 'no room', 'here'));
    mkdirSync(root, { recursive: true });
    chmodSync(root, 0o777);
    expect(memoryDirectory(disk, base)).toBeUndefined();
    rmSync(root, { recursive: true });
    symlinkSync(disk, root);
    expect(memoryDirectory(disk, base)).toBeUndefined();
  });
});

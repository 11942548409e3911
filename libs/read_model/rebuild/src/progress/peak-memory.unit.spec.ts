import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peakMemoryBytes } from './peak-memory.ts';

describe('the peak memory of a process', () => {
  it('is the high-water mark of the process itself where the kernel reports it', () => {
    const directory = mkdtempSync(join(tmpdir(), 'peak-memory-'));
    const file = join(directory, 'status');
    writeFileSync(file, 'Name:\tnode\nVmPeak:\t 9999999 kB\nVmHWM:\t   43210 kB\nVmRSS:\t   40000 kB\n');
    expect(peakMemoryBytes(file)).toBe(43_210 * 1024);
    rmSync(directory, { recursive: true });
  });

  it('is what the system counts for the process elsewhere', () => {
    // It may grow between two looks.
    const before = process.resourceUsage().maxRSS * 1024;
    const reported = peakMemoryBytes('/no/such/file');
    expect(reported).toBeGreaterThanOrEqual(before);
    expect(reported).toBeLessThanOrEqual(process.resourceUsage().maxRSS * 1024);
  });
});

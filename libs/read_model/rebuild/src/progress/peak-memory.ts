import { readFileSync } from 'node:fs';

/**
 * The most memory this process has had, in bytes: the kernel's high-water mark of its address space where there is one.
 * `getrusage`, used elsewhere, also counts what the process was before it became this program.
 */
export function peakMemoryBytes(statusFile = '/proc/self/status'): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(statusFile, 'utf8')) ?? [];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // No such file: not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

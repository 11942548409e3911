import { readFileSync } from 'node:fs';

/**
 * The largest resident memory this process ever had, in bytes.
 *
 * Linux counts the parent's memory at the moment of the fork into a child's `ru_maxrss`, which `process.resourceUsage()`
 * reports; `VmHWM` starts over with the program (proc_pid_status(5)). Elsewhere `maxRSS` is all there is.
 */
export function peakMemoryBytes(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // No /proc: not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

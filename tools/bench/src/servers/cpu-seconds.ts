import { credentialOf } from '@reprise/access';

/** Processor time that an application has taken so far, in seconds, by its own metrics. @throws Error where they lack it */
export async function cpuSeconds(origin: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`, { headers: credentialOf(process.env) })).text();
  const seconds = Number(/^process_cpu_seconds_total\{[^}]*\} (\S+)$/m.exec(text)?.[1]);
  if (Number.isNaN(seconds)) throw new Error(`${origin} has no process_cpu_seconds_total among its metrics.`);
  return seconds;
}

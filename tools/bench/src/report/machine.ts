import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What a figure is worth nothing without: cores, memory, runtime and how busy the machine was. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores (${model}), ${memory} GB, Node ${process.versions.node}, ${describeLoad()}`;
}

/** Load averages of the last one and five minutes. */
export function describeLoad(): string {
  const [oneMinute = 0, fiveMinutes = 0] = loadavg();
  return `load ${oneMinute.toFixed(1)} / ${fiveMinutes.toFixed(1)}`;
}

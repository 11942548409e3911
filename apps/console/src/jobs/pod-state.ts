import { printable } from '@reprise/runtime';
import { containerMark } from './job-manifest.ts';
import type { JobState } from './job-starter.ts';

interface Waiting {
  readonly reason?: string;
  readonly message?: string;
}

interface ContainerState {
  readonly waiting?: Waiting;
  readonly running?: object;
  readonly terminated?: { readonly exitCode: number; readonly reason?: string };
}

/** As much of a pod as is read here. */
export interface Pod {
  readonly metadata: { readonly name: string; readonly creationTimestamp?: string };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly (Waiting & { readonly type: string; readonly status: string })[];
    readonly containerStatuses?: readonly { readonly name: string; readonly state?: ContainerState }[];
  };
}

/** As much of a Job as is read here. */
export interface ClusterJob {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly conditions?: readonly (Waiting & { readonly type: string; readonly status: string })[];
  };
}

/** The pod that counts: a Job that replaces an evicted one has several for a while. */
export function newestOf(pods: readonly Pod[]): Pod | undefined {
  return [...pods].sort((one, other) => createdAt(other) - createdAt(one))[0];
}

/** Whether the Job has ended, and with what exit code as far as it is known. */
export function endOf(job: ClusterJob, pod: Pod | undefined): Pick<JobState, 'state' | 'exitCode'> {
  const ended = job.status?.conditions?.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  if (!ended) return { state: 'running', exitCode: null };
  const code = ended.type === 'Complete' ? 0 : stateOf(job, pod)?.terminated?.exitCode;
  return code === undefined ? { state: 'gone', exitCode: null } : { state: 'ended', exitCode: code };
}

/** What a person has to know of a pod that does not run, or of a Job that failed without an exit code: lines for its notices. */
export function saidOf(job: ClusterJob, pod: Pod | undefined): string {
  const state = stateOf(job, pod);
  const failed = job.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True');
  if (failed && !state?.terminated) return line('The Job failed', failed);
  if (!pod || state?.running || state?.terminated) return '';
  const unscheduled = pod.status?.conditions?.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  const waiting = unscheduled ?? state?.waiting ?? pod.status;
  const soon = ['ContainerCreating', 'PodInitializing', undefined];
  return !waiting || soon.includes(waiting.reason) ? '' : line(`The pod ${pod.metadata.name} waits`, waiting);
}

/** The container of a Job that is its job; undefined of a Job that does not say, whose pod has no other. */
export function containerOf({ metadata }: ClusterJob): string | undefined {
  return metadata.annotations?.[containerMark];
}

function stateOf(job: ClusterJob, pod: Pod | undefined): ContainerState | undefined {
  const own = containerOf(job);
  return pod?.status?.containerStatuses?.find(({ name }) => own === undefined || name === own)?.state;
}

/** Whether its container has begun, so that there is something to read. */
export function hasLog(job: ClusterJob, pod: Pod | undefined): boolean {
  const state = stateOf(job, pod);
  return state?.running !== undefined || state?.terminated !== undefined;
}

/**
 * The outputs in a pod's log, which holds both in one. The document stands at its end, between lines of nothing but its brackets; what
 * stands in between without an indent was said at the same time.
 */
export function outputsIn(log: string): Pick<JobState, 'stdout' | 'stderr'> {
  const lines = log.split('\n');
  const from = lines.findLastIndex((text) => text === '{' || text === '[');
  const length = lines.slice(from).findIndex((text) => text === '}' || text === ']') + 1;
  if (from === -1 || length === 0) return { stdout: '', stderr: log };
  const isOfDocument = (text: string, at: number): boolean =>
    at === from || at === from + length - 1 || (at > from && at < from + length && text.startsWith(' '));
  return {
    stdout: `${lines.filter(isOfDocument).join('\n')}\n`,
    stderr: lines.filter((text, at) => !isOfDocument(text, at)).join('\n'),
  };
}

function line(what: string, { reason = 'unknown', message = '' }: Waiting): string {
  return `${what}: ${printable(reason)}${message === '' ? '' : ` (${printable(message).slice(0, 500)})`}\n`;
}

function createdAt({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

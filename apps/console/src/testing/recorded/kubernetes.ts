import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterJob, Pod } from '../../jobs/pod-state.ts';

/** A request that the API server refused, and how. */
export interface RecordedRefusal {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Whether its token was accepted. */
  readonly authorized: boolean;
  /** Name of the Job that was to be created. */
  readonly job?: string;
  readonly status: number;
  readonly body: object;
}

/**
 * What kube-apiserver 1.37.2 answered to the service account of the chart: its refusals, and pods and Jobs as it kept them after their
 * status was set like that of a node and of the Job controller.
 */
export const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, 'kubernetes-1.37.json'), 'utf8'),
) as {
  readonly refusals: readonly RecordedRefusal[];
  readonly pods: Readonly<
    Record<'new' | 'unschedulable' | 'pulling' | 'notPulled' | 'running' | 'failed', Pod>
  >;
  readonly jobs: Readonly<Record<'new' | 'failing' | 'failed' | 'complete', ClusterJob>>;
};

import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { chart } from './chart-files.ts';

/** An object of Kubernetes, as it is rendered. */
export interface RenderedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [member: string]: unknown;
}

export interface HelmRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const home = mkdtempSync(join(tmpdir(), 'helm-'));

/** Runs Helm, 3 or 4, apart from whatever the account has configured, and from any cluster. */
export function helm(...args: readonly string[]): HelmRun {
  const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: join(home, 'none') };
  const { status, stdout, stderr, error } = spawnSync('helm', args, { env, encoding: 'utf8' });
  if (error) throw error;
  return { code: status, stdout, stderr };
}

/** `helm template` of the chart. @param values arguments that set values: `--values FILE`, `--set KEY=VALUE` */
export function template(...values: readonly string[]): HelmRun {
  return helm('template', 'trial', chart, '--namespace', 'shop', ...values);
}

/** The objects of rendered manifests. */
export function objectsIn(manifests: string): RenderedObject[] {
  return parseAllDocuments(manifests)
    .map((document) => document.toJS() as RenderedObject | null)
    .filter((object) => object !== null);
}

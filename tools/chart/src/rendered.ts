import { join } from 'node:path';
import { chart } from './chart-files.ts';
import { objectsIn, template, type RenderedObject } from './helm.ts';

/** Arguments that take the values of an example. */
export const values = (example: string) => ['--values', join(chart, 'examples', `${example}.yaml`)];

/** What the chart renders to. @param args arguments that set values */
export const rendered = (...args: readonly string[]): RenderedObject[] => {
  const { code, stdout, stderr } = template(...args);
  if (code !== 0 || stderr !== '') throw new Error(`helm ended with ${code}: ${stderr}`);
  return objectsIn(stdout);
};

export const small = values('small-team');
/** What installs the console too. */
export const consoleOn = ['--set', 'console.enabled=true,console.environment=staging'];

export interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly securityContext: object;
}
export interface Pod {
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: object;
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly Container[];
  readonly volumes?: readonly object[];
}

/** The pods that an object makes. */
export function podsOf(object: unknown): Pod[] {
  if (typeof object !== 'object' || object === null) return [];
  if ('containers' in object) return [object as Pod];
  return Object.values(object).flatMap(podsOf);
}

/** @throws Error where it is not rendered */
export const named = (objects: readonly RenderedObject[], kind: string, name: string): RenderedObject => {
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
  if (!found) throw new Error(`${kind} ${name} is not rendered`);
  return found;
};

/** The first container of what an object makes. */
export const containerOf = (objects: readonly RenderedObject[], kind: string, name: string) =>
  podsOf(named(objects, kind, name))[0]!.containers[0]!;

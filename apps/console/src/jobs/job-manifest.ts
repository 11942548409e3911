import type { Job } from './job-starter.ts';

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string }[];
}

/** As much of a Job's specification as is read here. */
export interface JobSpec {
  readonly template: {
    readonly spec: { readonly containers: readonly Container[] };
    readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  };
}

/** As much of a CronJob as is read here. */
export interface JobTemplate {
  readonly spec: {
    readonly jobTemplate: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec: JobSpec;
    };
  };
}

/** A Job, ready to be created. */
export interface JobManifest {
  readonly apiVersion: 'batch/v1';
  readonly kind: 'Job';
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: JobSpec;
}

/** The name of a job: the same for the same id, so that it cannot be created twice. */
export function jobName({ id }: Pick<Job, 'id'>): string {
  return `console-${id}`;
}

/** The annotation of a Job that names the container of its job: whoever admits the pod may put others before it. */
export const containerMark = 'reprise/container';

/** Verbs that take the template's memory and work directory, which fit its container and its volume. */
const verbsThatBuild = ['rebuild', 'plan'];
const ofTheContainer = ['--memory', '--work-directory'];

/**
 * The Job that runs a command line in the container of a template. It is tried once: what it ends with is for a person to judge, and a
 * retry would start again what somebody cancelled. Only a pod that was evicted is replaced, as the template's policy says.
 *
 * @throws Error where the template does not start a file of Node
 */
export function jobManifest(template: JobTemplate, job: Job): JobManifest {
  const { metadata, spec } = template.spec.jobTemplate;
  const [container, ...others] = spec.template.spec.containers;
  const args = container?.args ?? [];
  const main = args.findIndex((arg) => /\.[cm]?js$/.test(arg));
  if (!container || main === -1) throw new Error('its container has no arguments that name a file of Node');
  const own = [...args.slice(0, main + 1), ...job.words, ...keptOf(args.slice(main + 1), job.words)];
  const env = (container.env ?? []).filter(({ name }) => name !== 'REPRISE_ACTOR');
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(job),
      labels: { ...metadata?.labels, 'app.kubernetes.io/created-by': 'console' },
      annotations: { 'reprise/action': job.id, 'reprise/actor': job.actor, [containerMark]: container.name },
    },
    spec: {
      ...spec,
      backoffLimit: 0,
      template: {
        ...spec.template,
        spec: {
          ...spec.template.spec,
          containers: [
            {
              ...container,
              args: own.map((arg, at) => (at <= main ? arg : asItIs(arg))),
              env: [...env, { name: 'REPRISE_ACTOR', value: asItIs(job.actor) }],
            },
            ...others,
          ],
        },
      },
    } as JobSpec,
  };
}

/** Options of the template with their values, unless they are asked for otherwise. */
function keptOf(args: readonly string[], words: readonly string[]): string[] {
  if (!verbsThatBuild.includes(words[0]!)) return [];
  return ofTheContainer
    .filter((option) => !words.some((word) => word === option || word.startsWith(`${option}=`)))
    .flatMap((option) => {
      const at = args.indexOf(option);
      return at === -1 || args[at + 1] === undefined ? [] : [option, args[at + 1]!];
    });
}

/** Kubernetes puts the value of a variable, a secret too, in the place of `$(NAME)`; `$$` stands for the character. */
function asItIs(text: string): string {
  return text.replaceAll('$', '$$$$');
}

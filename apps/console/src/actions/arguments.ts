import type { FieldError } from '@reprise/http';
import { longestOption, mostOptions } from '../contract/actions.ts';
import type { ActionRequest } from '../contract/index.ts';
import type { ActionSpec, SpecOption } from './specs.ts';

/** What a request comes to: the words of the command line, or everything that is wrong with it. */
export type Words =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * The words that the finite job is started with. A value is never a word that could be read as another option: it stands behind
 * its flag in one word, and ids that stand alone are of a form that no option has.
 *
 * @param projections names of all read models
 */
export function wordsOf(spec: ActionSpec, request: ActionRequest, projections: readonly string[]): Words {
  const errors: FieldError[] = [];
  const fail = (field: string, message: string) => void errors.push({ field, message });
  const { projection, options } = request;
  if (projection !== null && !projections.includes(projection))
    fail('projection', `projection must be one of ${projections.join(', ')}`);
  if (spec.needsProjection && projection === null) fail('projection', 'projection is required');
  if (spec.action === 'promote' && projection !== null && !generationOf(options, projection))
    fail('options.generation', 'generation must be one of the projection');
  if (Object.keys(options).length > mostOptions) fail('options', `options must be at most ${mostOptions}`);
  const known = new Set(spec.options.map(({ name }) => name));
  for (const name of Object.keys(options))
    if (!known.has(name)) fail(`options.${name.slice(0, 100)}`, `${spec.action} takes no such option`);
  const words = spec.options.flatMap((option) => {
    const value = options[option.name];
    if (value === undefined || value === false) {
      if (option.required) fail(`options.${option.name}`, `${option.name} is required`);
      return [];
    }
    const problem = problemOf(option, value);
    if (problem !== undefined) fail(`options.${option.name}`, problem);
    if (option.flag === null) return String(value).split(',');
    return option.kind === 'flag' ? [option.flag] : [`${option.flag}=${String(value)}`];
  });
  const isGiven = (name: string) => options[name] !== undefined && options[name] !== false;
  const { oneOf, narrowed = [] } = spec;
  if (oneOf && oneOf.filter(isGiven).length + (narrowed.some(isGiven) ? 1 : 0) !== 1)
    fail(
      'options',
      `exactly one of ${[...oneOf, narrowed.join('/')].filter(Boolean).join(', ')} is required`,
    );
  if (isGiven('ids') && isGiven('upTo')) fail('options.upTo', 'upTo does not go with ids');
  // The command line wants it said that nothing else narrows a context down.
  const everything = narrowed.filter(isGiven).join() === 'context' ? ['--all'] : [];
  if (errors.length > 0) return { ok: false, errors };
  const which =
    spec.action === 'promote' || projection === null || spec.action === 'discard'
      ? []
      : [`--projection=${projection}`];
  return {
    ok: true,
    words: [...spec.words, ...which, ...everything, ...words, ...(spec.always ?? []), '--json'],
  };
}

/** Without what is for programs: what somebody would type. */
export function wordsToCopy(words: readonly string[]): readonly string[] {
  return words.filter((word) => word !== '--json' && word !== '--progress=json');
}

/** What is wrong with the value of an option; undefined where nothing is. */
export function problemOf(
  { name, kind, choices, pattern }: SpecOption,
  value: string | boolean,
): string | undefined {
  if (kind === 'flag') return value === true ? undefined : `${name} must be true or left out`;
  if (typeof value !== 'string' || value.length > longestOption) return `${name} must be a text`;
  if (kind === 'choice')
    return choices.includes(value) ? undefined : `${name} must be one of ${choices.join(', ')}`;
  return pattern && !pattern.test(value) ? `${name} is not of the form it needs` : undefined;
}

function generationOf(options: ActionRequest['options'], projection: string): boolean {
  return typeof options['generation'] === 'string' && options['generation'].startsWith(`${projection}_v`);
}

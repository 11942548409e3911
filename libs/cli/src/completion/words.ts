import { typesOf } from '../line/projection-option.ts';
import { configOption, executeDescription } from '../table/options.ts';
import type { Invocation, Verb, VerbGroup } from '../verb.ts';

/** What a shell can complete, the same for all of them. */
export interface CompletionWords {
  /** `rebuild`, or `dlq list` for one of a group. */
  readonly verbs: readonly CompletedVerb[];
  readonly groups: readonly { readonly name: string; readonly description: string }[];
  /** Options whose values are known, with their dashes. */
  readonly values: readonly { readonly option: string; readonly words: readonly string[] }[];
}

export interface CompletedVerb {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** Words that may follow the verb, if they are known. */
  readonly operands: readonly string[];
}

export interface CompletedOption {
  /** With its dashes. */
  readonly name: string;
  readonly description: string;
  readonly takesValue: boolean;
}

/** @param operands words that may follow a verb, by its name */
export function completionWords(
  verbs: readonly Verb[],
  groups: readonly VerbGroup[],
  operands: Readonly<Record<string, readonly string[]>>,
  contexts: Invocation['contexts'],
): CompletionWords {
  const completed = (verb: Verb, group = ''): CompletedVerb => ({
    name: `${group}${verb.name}`,
    description: verb.description,
    options: [...verb.options, configOption].map(([flags, description]) => ({
      name: /--[a-z-]+/.exec(flags)![0],
      description,
      takesValue: flags.includes('<'),
    })),
    operands: operands[verb.name] ?? [],
  });
  const single = verbs.map((verb) => completed(verb));
  const rebuild = single.filter(({ name }) => name === 'rebuild');
  return {
    verbs: [
      ...single,
      ...rebuild.map((verb) => ({ ...verb, name: 'execute', description: executeDescription })),
      ...groups.flatMap((group) => group.verbs.map((verb) => completed(verb, `${group.name} `))),
    ],
    groups: groups.map(({ name, description }) => ({ name, description })),
    values: [
      {
        option: '--projection',
        words: [...contexts.flatMap(({ projections }) => projections.map(({ name }) => name)), 'all'],
      },
      { option: '--type', words: typesOf(contexts) },
      { option: '--context', words: contexts.map(({ name }) => name) },
    ],
  };
}

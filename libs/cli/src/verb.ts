import type { Context } from '@reprise/contexts';
import type { Projection } from '@reprise/read-model-projections';
import type { OptionReader } from './line/option-reader.ts';
import type { Audit } from './servers/open-audit.ts';

/** A terminal somebody looks at. */
export interface Screen {
  readonly columns: () => number | undefined;
  /** False where NO_COLOR is set. */
  readonly colour: boolean;
  /** Writes text with the escape sequences that stand in it. */
  readonly write: (text: string) => void;
}

/** What a command line was called with, beside its words. */
export interface Invocation {
  readonly env: NodeJS.ProcessEnv;
  /** Every bounded context there is, in the order they are declared. */
  readonly contexts: readonly Context<Projection>[];
  /** URL of the module that declares them. */
  readonly declaredIn: string;
  readonly audit: Audit;
  /** Aborts at SIGINT, SIGTERM. */
  readonly signal: AbortSignal;
  /** The signal that came, if one did. */
  readonly received: () => 'SIGINT' | 'SIGTERM' | undefined;
  /** Writes text, of which a terminal obeys nothing but line breaks and tabs. */
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Takes away what stands on the last line of stderr. */
  readonly clearLine: () => void;
  /** Whether stderr is a terminal someone looks at. */
  readonly interactive: boolean;
  /** How many columns that terminal has now. */
  readonly columns?: () => number | undefined;
  /** The terminal that stdout is; left out where it is none. */
  readonly screen?: Screen;
  /** Calls the listener whenever that terminal gets another width; returns what ends it. */
  readonly onResize?: (listener: () => void) => () => void;
}

/** An invocation before a verb is known: what the command line adds is left out. */
export type Called = Omit<Invocation, 'audit' | 'clearLine' | 'contexts' | 'declaredIn'>;

/** `words` are the operands, for verbs that take any. */
export type CommandRun = (
  options: OptionReader,
  invocation: Invocation,
  words: readonly string[],
) => Promise<number>;

/** Commander's flags, a description, and the heading it stands under in the help if that is not `Options:`. */
export type VerbOption = readonly [flags: string, description: string, group?: string];

/** One verb of the command line: what it takes and says about itself. */
export interface Verb {
  readonly name: string;
  readonly description: string;
  /** Words the verb takes beside its options, in Commander's notation. */
  readonly operands?: string;
  /** Values arrive as text and are read by `OptionReader`. A description says `(required)` where one is. */
  readonly options: readonly VerbOption[];
  /** What its help says below the options, in lines of at most 100 characters. */
  readonly notes?: string;
  /** Without the name of the program. */
  readonly examples: readonly string[];
  /** For a verb that works without `reprise.config.ts`, or does with this option: it is given no contexts then. */
  readonly needsNoContexts?: true | { readonly with: string };
  /** The module that does its work. It is loaded when the verb runs, so that help needs none of the servers' clients. */
  readonly load: () => Promise<{ readonly run: CommandRun }>;
}

/** Verbs that belong together, as in `dlq list`. */
export interface VerbGroup {
  readonly name: string;
  readonly description: string;
  readonly verbs: readonly Verb[];
}

import type { OptionReader } from './option-reader.ts';

/** What a command line was called with, beside its words. */
export interface Invocation {
  readonly env: NodeJS.ProcessEnv;
  /** Aborts at SIGINT, SIGTERM. */
  readonly signal: AbortSignal;
  /** The signal that came, if one did. */
  readonly received: () => 'SIGINT' | 'SIGTERM' | undefined;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether stderr is a terminal someone looks at. */
  readonly interactive: boolean;
}

export type CommandRun = (options: OptionReader, invocation: Invocation) => Promise<number>;

/** One verb of the command line. */
export interface Verb {
  readonly name: string;
  readonly description: string;
  /** Commander's flags and their description; values arrive as text and are read by `OptionReader`. */
  readonly options: readonly (readonly [flags: string, description: string])[];
  readonly examples: readonly string[];
  readonly run: CommandRun;
}

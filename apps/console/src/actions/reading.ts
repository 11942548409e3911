import { exitCodes } from '@reprise/runtime/commands';
import { printableLines } from '@reprise/runtime';
import type { ActionName } from '../contract/index.ts';
import { saidByDocument } from './said-by-document.ts';

/** Notices and errors that are kept of a job, the last ones. */
const noticesKept = 100;

/** What a job said on stderr. */
export interface Said {
  /** The last ones, one a line. Lines that are no JSON are errors and warnings, kept as they are, masked: they may hold texts from the log. */
  readonly notices: readonly string[];
  /** Runs of the registry that its lines of progress name, the earliest first. */
  readonly runIds: readonly string[];
}

export function saidIn(stderr: string): Said {
  const notices: string[] = [];
  const runIds = new Set<string>();
  for (const line of stderr.split('\n')) {
    if (!line.startsWith('{')) {
      if (line.trim() !== '') notices.push(noticeOf(line));
      continue;
    }
    const said = parsed(line) as { readonly notice?: unknown; readonly runId?: unknown } | undefined;
    if (typeof said?.notice === 'string') notices.push(noticeOf(said.notice));
    const runId = runIdIn(said);
    if (runId !== undefined) runIds.add(runId);
  }
  return { notices: notices.slice(-noticesKept), runIds: [...runIds] };
}

/** The document that a job printed; undefined where there is none, or it is cut. */
export function documentIn(stdout: string): object | undefined {
  // Where stdout and stderr are one stream, the document stands at its end, from a line that is nothing but its first bracket.
  const from = Math.max(stdout.lastIndexOf('\n{\n'), stdout.lastIndexOf('\n[\n'));
  const found = parsed(stdout) ?? parsed(stdout.slice(from + 1));
  return typeof found === 'object' && found !== null ? found : undefined;
}

/** The run that a receipt, or a line of progress, names. */
export function runIdIn(document: object | undefined): string | undefined {
  const runId = (document as { readonly runId?: unknown } | undefined)?.runId;
  return typeof runId === 'string' && /^[0-9a-f-]{36}$/.test(runId) ? runId : undefined;
}

const meanings: Readonly<Record<number, string>> = {
  [exitCodes.done]: 'Done and verified.',
  [exitCodes.usage]: 'It was refused: usage, configuration or a right. Nothing was changed.',
  [exitCodes.refused]: 'It failed, or a check refused it; readers were not switched.',
  3: 'Another run or shard of the projection is running.',
  4: 'A server stayed unreachable, or its state allows no build.',
  5: 'The history of Kafka is incomplete.',
  130: 'It was cancelled, and can be resumed.',
  143: 'It was stopped, and can be resumed.',
};

/** Actions whose end is one that was proven. */
const verified: readonly ActionName[] = ['rebuild', 'promote', 'rollback'];

/** What came of an action: what its document says where that says it whole, else what its exit code means, with what the document says about it. */
export function meaningOf(action: ActionName, exitCode: number, document: object | undefined): string {
  const whole = saidByDocument(action, document);
  if (whole !== undefined) return printableLines(whole).slice(0, 2_000);
  if (exitCode === exitCodes.done && !verified.includes(action)) return 'Done.';
  const said = (document as { readonly message?: unknown } | undefined)?.message;
  const meaning =
    meanings[exitCode] ?? `It ended with ${exitCode}, which the command line does not use: it was killed.`;
  return typeof said === 'string' && said !== ''
    ? `${meaning} ${printableLines(said).slice(0, 2_000)}`
    : meaning;
}

function noticeOf(text: string): string {
  return printableLines(text).slice(0, 2_000);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

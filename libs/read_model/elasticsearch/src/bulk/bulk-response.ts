import type { DocumentToWrite, RejectedDocument } from '@reprise/read-model-indices';
import { describeServerError, faultOfStatus, type Fault, type ServerError } from '../servers/faults.ts';

/** The part of a bulk response that is asked for: see `bulkFilterPath`. */
export interface BulkReply {
  readonly errors: boolean;
  readonly items: readonly Readonly<Record<string, BulkReplyItem>>[];
}

interface BulkReplyItem {
  readonly status: number;
  readonly error?: ServerError;
}

/** Keeps a reply at about 25 bytes an item; items without a fault must stay in it, because items are identified by their place. */
export const bulkFilterPath =
  'errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason';

export interface BulkOutcome {
  readonly written: number;
  readonly stale: number;
  /** Never to be taken, whatever is done about the server. */
  readonly rejected: readonly RejectedDocument[];
  /** To be sent again. */
  readonly retry: readonly DocumentToWrite[];
  /** Some of `retry` came back because the server is overloaded (429): the next bulks should be smaller. */
  readonly overloaded: boolean;
  /** What the server said of the first of `retry`. */
  readonly retryReason: string;
  /** First item that failed for a reason an operator has to see to. */
  readonly fatal: { readonly fault: Fault; readonly reason: string } | undefined;
}

/**
 * Judges every item of a bulk reply.
 *
 * A conflict (409) means that the store holds this version or a later one. It counts as stale, with one exception: when an
 * earlier answer about this document was lost and the store now holds exactly its version, the write that lost its answer is
 * taken to have made it. Another writer of the same version would have written the same content.
 *
 * @param unanswered documents of this bulk that were sent before without an answer coming back
 * @returns undefined when the reply does not belong to these documents (cut off, or not a bulk reply)
 */
export function classifyBulk(
  documents: readonly DocumentToWrite[],
  reply: BulkReply,
  unanswered: ReadonlySet<DocumentToWrite>,
): BulkOutcome | undefined {
  const { items } = reply;
  if (typeof reply.errors !== 'boolean' || !Array.isArray(items) || items.length !== documents.length)
    return undefined;
  let written = 0;
  let stale = 0;
  let overloaded = false;
  let retryReason = '';
  let fatal: BulkOutcome['fatal'];
  const rejected: RejectedDocument[] = [];
  const retry: DocumentToWrite[] = [];
  for (let i = 0; i < documents.length; i++) {
    const document = documents[i]!;
    const item = items[i]!['index'];
    if (item === undefined) return undefined;
    const { status, error } = item;
    if (status < 300) {
      written++;
      continue;
    }
    if (status === 409) {
      if (unanswered.has(document) && holdsVersion(error, document.version)) written++;
      else stale++;
      continue;
    }
    const fault = faultOfStatus(status, error);
    const reason = describeServerError(error ?? { reason: `HTTP ${status}` });
    if (fault === 'transient') {
      if (retry.length === 0) retryReason = reason;
      retry.push(document);
      overloaded ||= status === 429;
    } else if (fault === 'other') {
      rejected.push({ id: document.id, version: document.version, reason });
    } else {
      fatal ??= { fault, reason };
    }
  }
  return { written, stale, rejected, retry, overloaded, retryReason, fatal };
}

/** The conflict's reason names the version the store holds: "current version [3] is higher or equal to the one provided [3]". */
function holdsVersion(error: ServerError | undefined, version: number): boolean {
  return error?.reason?.includes(`current version [${version}]`) ?? false;
}

/**
 * Where the operations API answers, and with what. Permissions stand in docs/reference/security.md. A body is JSON; what changes
 * something with a cookie sends the session's `csrfToken` as `x-csrf-token`. Errors are problem documents (RFC 9457).
 */
export const routes = {
  /** GET: Session. POST `{apiKey}`: Session, and its cookie. DELETE: logs out. */
  session: '/ops/v1/session',
  /** To be navigated to, not fetched: begins a login with the provider, and comes back to the page `to`. */
  login: (to: string) => `/ops/v1/login${query({ to })}`,
  /** GET: Overview. */
  overview: '/ops/v1/overview',
  /** GET: an event stream of LiveEvents. */
  live: '/ops/v1/live',
  /** GET: `{runs: RunView[]}`, newest first. */
  runs: (filter: { projection?: string; limit?: number } = {}) => `/ops/v1/runs${query(filter)}`,
  /** GET: RunDetail. */
  run: (runId: string) => `/ops/v1/runs/${part(runId)}`,
  /** GET: GenerationList. */
  generations: (projection: string) => `/ops/v1/generations${query({ projection })}`,
  /** GET: GenerationContents. */
  contents: (generation: string) => `/ops/v1/generations/${part(generation)}/contents`,
  /** GET: GenerationComparison of two generations of one projection, by name. */
  comparison: (left: string, right: string) => `/ops/v1/comparisons${query({ left, right })}`,
  /** GET: BucketComparison. */
  bucket: (left: string, right: string, bucket: number) =>
    `/ops/v1/comparisons/buckets/${bucket}${query({ left, right })}`,
  /** GET: DocumentComparison. */
  document: (left: string, right: string, id: string) =>
    `/ops/v1/comparisons/documents${query({ left, right, id })}`,
  /** GET: AggregateView. */
  aggregate: (context: string, id: string) => `/ops/v1/aggregates${query({ context, id })}`,
  /** GET: DeadLetterList. */
  deadLetters: (
    filter: {
      context?: string;
      state?: 'open' | 'resolved' | 'discarded';
      type?: string;
      reason?: string;
      aggregateId?: string;
      after?: string;
      limit?: number;
    } = {},
  ) => `/ops/v1/dead-letters${query(filter)}`,
  /** GET: DeadLetterPayload; needs the operator's role. */
  deadLetterPayload: (id: string) => `/ops/v1/dead-letters/payload${query({ id })}`,
  /** GET: DriftAnswer. */
  drift: (projection: string) => `/ops/v1/drift${query({ projection })}`,
  /** GET: AuditPage. */
  audit: (filter: { verb?: string; actor?: string; after?: string; limit?: number } = {}) =>
    `/ops/v1/audit${query(filter)}`,
  /** GET: ConfigurationView. */
  configuration: '/ops/v1/configuration',
  /** GET: `{forms: ActionForm[]}`: what may be asked for, without what is hidden here. */
  actionForms: '/ops/v1/actions/forms',
  /** POST ActionRequest: ActionPlan. Changes nothing. */
  actionPreview: '/ops/v1/actions/preview',
  /** GET: `{actions: ActionResult[]}`, newest first. POST ActionRequest and `{confirmation}`: 202 and ActionResult. */
  actions: '/ops/v1/actions',
  /** GET: ActionResult. */
  action: (id: string) => `/ops/v1/actions/${part(id)}`,
  /** POST `{approve, confirmation}` by a second person: ActionResult. */
  approval: (id: string) => `/ops/v1/actions/${part(id)}/approval`,
} as const;

function query(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined && value !== '') given.set(name, String(value));
  const text = given.toString();
  return text === '' ? '' : `?${text}`;
}

function part(text: string): string {
  return encodeURIComponent(text);
}

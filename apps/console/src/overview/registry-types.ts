import type { Registry } from '@reprise/read-model-indices';

export type { Generation, Run } from '@reprise/read-model-indices';

/** An attempt as the audit of the registry keeps it. */
export type AuditEntry = Awaited<ReturnType<Registry['audit']['list']>>[number];

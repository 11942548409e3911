import type { ReactNode } from 'react';
import { ActionPage } from '../acting/action-page.tsx';
import { ActionsPage } from '../acting/actions-page.tsx';
import { AggregatePage } from '../aggregates/aggregate-page.tsx';
import { DeadLettersPage } from '../dead-letters/dead-letters-page.tsx';
import { ComparePage } from '../generations/compare-page.tsx';
import { GenerationsPage } from '../generations/generations-page.tsx';
import { OverviewPage } from '../overview/overview-page.tsx';
import { AuditPage } from '../records/audit-page.tsx';
import { ConfigurationPage } from '../records/configuration-page.tsx';
import { DriftPage } from '../records/drift-page.tsx';
import { WriteSidePage } from '../records/write-side-page.tsx';
import { RunPage } from '../runs/run-page.tsx';
import { RunsPage } from '../runs/runs-page.tsx';
import type { Place } from './place.ts';

/** Which page an address means. */
export function pageOf({ parts, query }: Place): { readonly title: string; readonly body: ReactNode } {
  const [page, of] = parts;
  switch (page) {
    case undefined:
      return { title: 'Overview', body: <OverviewPage /> };
    case 'runs':
      return of === undefined
        ? { title: 'Runs', body: <RunsPage /> }
        : { title: `Run ${of}`, body: <RunPage runId={of} /> };
    case 'generations':
      return { title: 'Generations', body: <GenerationsPage projection={of} /> };
    case 'compare':
      return {
        title: 'Compare generations',
        body: <ComparePage left={query.get('left') ?? ''} right={query.get('right') ?? ''} />,
      };
    case 'dead-letters':
      return { title: 'Dead letters', body: <DeadLettersPage query={query} /> };
    case 'aggregates':
      return {
        title: 'Aggregate',
        body: <AggregatePage context={query.get('context') ?? ''} id={query.get('id') ?? ''} />,
      };
    case 'drift':
      return { title: 'Repair and drift', body: <DriftPage projection={of} /> };
    case 'write-side':
      return { title: 'Write side', body: <WriteSidePage /> };
    case 'actions':
      return of === undefined
        ? { title: 'Actions', body: <ActionsPage /> }
        : { title: 'Action', body: <ActionPage id={of} /> };
    case 'audit':
      return { title: 'Audit', body: <AuditPage query={query} /> };
    case 'configuration':
      return { title: 'Configuration', body: <ConfigurationPage /> };
    default:
      return { title: 'No such page', body: <NoSuchPage path={parts.join('/')} /> };
  }
}

function NoSuchPage({ path }: { readonly path: string }) {
  return (
    <>
      <h1>No such page</h1>
      <p>
        The console has no page <code>{path}</code>. <a href="./">Go to the overview</a>.
      </p>
    </>
  );
}

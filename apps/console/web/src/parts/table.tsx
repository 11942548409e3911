import type { ReactNode } from 'react';

export interface TableProps {
  readonly name: string;
  /** Headings; a number's is marked by a leading `#`. */
  readonly columns: readonly string[];
  readonly children: ReactNode;
}

/** A table that scrolls within itself where the screen is narrower than it. */
export function Table({ name, columns, children }: TableProps) {
  return (
    <div className="scroller" role="region" aria-label={name} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className={column.startsWith('#') ? 'number' : undefined}>
                {column.replace(/^#/, '')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** A row that says there are none. */
export function Empty({ columns, children }: { readonly columns: number; readonly children: ReactNode }) {
  return (
    <tr>
      <td colSpan={columns} className="quiet">
        {children}
      </td>
    </tr>
  );
}

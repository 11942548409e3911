import type { FieldDifference } from '../../../src/contract/index.ts';
import { json } from '../words/format.ts';
import { Table } from './table.tsx';

export interface FieldsProps {
  readonly name: string;
  readonly left: string;
  readonly right: string;
  readonly fields: readonly FieldDifference[];
}

/** Fields that differ, side by side. */
export function Fields({ name, left, right, fields }: FieldsProps) {
  return (
    <Table name={name} columns={['field', left, right]}>
      {fields.map(({ path, left: one, right: other }) => (
        <tr key={path}>
          <th scope="row">
            <code>{path}</code>
          </th>
          <td className="was">
            <code>{json(one)}</code>
          </td>
          <td className="is">
            <code>{json(other)}</code>
          </td>
        </tr>
      ))}
    </Table>
  );
}

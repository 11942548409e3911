import { itKeepsItsSchema } from '@reprise/write-api/testing';
import { recruitingApi } from '../recruiting-api.ts';
import { recruitingSide } from '../testing/recruiting-side.ts';

itKeepsItsSchema({
  api: recruitingApi,
  tables: ['candidates', 'leads'],
  stranger: ({ productApiUrl }) => productApiUrl,
});

describe('the tables of recruiting', () => {
  it('hold no name of an erased candidate, and no placement that was not proposed', async () => {
    const side = await recruitingSide(2);
    const [candidate, lead] = [await side.register(), await side.open()];
    await expect(
      side.query(`UPDATE candidates SET status = 'erased' WHERE id = $1`, [candidate]),
    ).rejects.toThrow('candidates_erased_are_empty');
    await expect(
      side.query('UPDATE leads SET placed = ARRAY[$2::uuid] WHERE id = $1', [lead, candidate]),
    ).rejects.toThrow('leads_place_the_proposed');
  });
});

import { itSetsItsSessions, type SettingsLevel } from '@reprise/test-kit';
import { runWriteMigrations } from './migrate.ts';
import { price } from './testing/deciders.ts';
import { mug, openDatabase, writeSide } from './testing/write-side.ts';

itSetsItsSessions(
  "the product API's pool",
  'write',
  async ({ url }) => {
    await runWriteMigrations(url);
    const database = await openDatabase(url);
    return (text, values) => database.run({ name: 'shown', text }, values);
  },
  { statement_timeout: '20000', idle_in_transaction_session_timeout: '40000' },
);

describe('a product under odd settings of the Postgres sessions', () => {
  it.each<SettingsLevel>(['database', 'role'])(
    'set for the %s is read and changed as under any other',
    async (level) => {
      const side = await writeSide(2, level);
      const id = await side.create();
      expect(await side.store.find(id)).toMatchObject({ ...mug, version: 1 });
      const changed = await side.store.change(id, 'any', price(5), undefined);
      expect(changed).toMatchObject({ outcome: 'written', state: { priceMinor: 5, version: 2 } });
      const { createdAt } = (await side.store.find(id))!;
      expect(Math.abs(Date.parse(createdAt) - Date.now())).toBeLessThan(600_000);
    },
  );
});

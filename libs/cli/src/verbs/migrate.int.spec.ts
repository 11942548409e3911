import { freshDatabase } from '@reprise/test-kit';
import { inThisProcess } from '../testing/in-this-process.ts';

describe('migrate', () => {
  it('brings a database to this release once, and names the rights that a role lacks for it', async () => {
    const { url, feederUrl } = await freshDatabase('read');
    const migrate = (owner: string, ...words: string[]) =>
      inThisProcess(['migrate', ...words], {
        READ_MODEL_DATABASE_OWNER_URL: owner,
        REPRISE_CONFIG: 'none.ts',
      });
    expect(await migrate(feederUrl)).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/permission denied.*Nothing was changed.*CREATE on it/s) as string,
    });
    expect(await migrate(url, '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\{\n {2}"applied": \[\n {4}"0001_registry",/) as string,
    });
    expect(await migrate(url)).toMatchObject({ code: 0, stdout: 'The read-model database is current.\n' });
  });
});

import { spawnApp } from '@reprise/test-kit';
import { matrix } from './rows/matrix.ts';

it('the command lists every row of the matrix, outside of a test runner', async () => {
  const app = spawnApp('tools/faults/src/main.ts', { args: ['--list'] });
  expect(await app.exit()).toMatchObject({ code: 0 });
  const listed = app.stdout().match(/^[A-Z]\w*(?= )/gm);
  expect(listed).toEqual(matrix.map(({ id }) => id));
});

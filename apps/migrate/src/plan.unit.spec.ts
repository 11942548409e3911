import { ConfigurationError } from '@reprise/runtime';
import { databases, type Database } from './databases.ts';
import { planOf } from './plan.ts';

const url = 'postgres://owner:secret@127.0.0.1:1/one';

function problemsOf(env: NodeJS.ProcessEnv, side?: Database['side']): readonly string[] {
  try {
    planOf(databases, env, side);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('what migrate does', () => {
  it('is every database that is named, by its owner or by its application, the write side first', () => {
    const { migrations, leftOut } = planOf(
      databases,
      {
        READ_MODEL_DATABASE_URL: url,
        RECRUITING_WRITE_DATABASE_OWNER_URL: url,
        WRITE_DATABASE_URL: url,
      },
      undefined,
    );
    expect(migrations.map(({ name }) => name)).toEqual(['write', 'recruiting write', 'read-model']);
    const others = databases.filter(({ name }) => !migrations.some((migration) => migration.name === name));
    expect(leftOut).toEqual(
      others.map(({ name }) => expect.stringContaining(`Left out the ${name} database: `) as string),
    );
  });

  it('is refused where nothing is named, with every setting that could', () => {
    const [problem, ...others] = problemsOf({ WRITE_DATABASE_URL: ' ' });
    expect(others).toEqual([]);
    expect(problem).toMatch(
      /^None is set of WRITE_DATABASE_OWNER_URL, WRITE_DATABASE_URL, RECRUITING_WRITE_DATABASE_OWNER_URL, RECRUITING_WRITE_DATABASE_URL, (.*, )?READ_MODEL_DATABASE_OWNER_URL, READ_MODEL_DATABASE_URL$/,
    );
  });

  it('is refused as a whole, with every bad setting, before a database is touched', () => {
    expect(
      problemsOf({
        WRITE_DATABASE_URL: url,
        RECRUITING_WRITE_DATABASE_URL: 'mysql://x',
        READ_MODEL_DATABASE_URL: 'postgres://a:b@c/',
      }),
    ).toEqual([
      expect.stringContaining('RECRUITING_WRITE_DATABASE_URL must be a URL'),
      expect.stringContaining('READ_MODEL_DATABASE_URL does not name a database'),
    ]);
  });
});
